// @ts-check
// The room's messages: requests with ids and their answers, events by revision. A gap in the revisions requests a snapshot.
import { openSocket } from "./socket.js";

const ANSWER_WITHIN_MS = 8000;

/** @typedef {Exclude<RoomSocket.Request, RoomSocket.Ping>} Request */
/** @typedef {{ok: true} & RoomSocket.Ack | {ok: false, code: string, message: string}} Answer */
/**
 * What a request of this type says.
 * @template {Request["type"]} T
 * @typedef {Omit<Extract<Request, {type: T}>, "type" | "id">} Body
 */
/**
 * Ask the server; code "lost" if no answer came: then the next snapshot shows whether it took effect.
 * @typedef {<T extends Request["type"]>(type: T, body: Body<T>) => Promise<Answer>} Ask
 */

/**
 * Ask for something that may be refused: whether it succeeded.
 * @typedef {<T extends Request["type"]>(type: T, body: Body<T>) => Promise<boolean>} Order
 */

/**
 * @param {string} path
 * @param {object} hear
 * @param {(room: RoomSocket.Snapshot) => void} hear.onSnapshot the whole room
 * @param {(event: RoomSocket.Event) => void} hear.onEvent each change after it
 * @param {(news: RoomSocket.Presence | RoomSocket.Reaction | RoomSocket.Pong) => void} hear.onNews messages without a revision
 * @param {(connected: boolean) => void} hear.onState
 * @param {(code: number) => void} hear.onGone
 * @returns {{ask: Ask}}
 */
export function joinRoom(path, { onSnapshot, onEvent, onNews, onState, onGone }) {
  /** @type {Map<number | null, (answer: Answer) => void>} */
  const waiting = new Map();
  let lastId = 0;
  /** @type {number | null} */
  let revision = null;

  /** @type {(id: number | null, answer: Answer) => void} */
  const settle = (id, answer) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  };
  /** @type {Answer} */
  const lost = { ok: false, code: "lost", message: gettext("The connection was lost. Try again.") };

  const socket = openSocket(path, {
    onState(connected) {
      revision = null;
      if (!connected) for (const id of [...waiting.keys()]) settle(id, lost);
      onState(connected);
    },
    onGone,
    onMessage(/** @type {RoomSocket.Message | RoomSocket.Event} */ message) {
      if (message.type === "snapshot") {
        revision = message.revision;
        onSnapshot(message);
      } else if (message.type === "event") {
        if (revision === null || message.revision <= revision) return;
        if (message.revision > revision + 1) {
          revision = null; // ignore events until the snapshot
          ask("sync", {});
          return;
        }
        revision = message.revision;
        onEvent(message);
      } else if (message.type === "ack") {
        settle(message.id, { ...message, ok: true });
      } else if (message.type === "error") {
        settle(message.id, { ...message, ok: false });
      } else {
        onNews(message);
      }
    },
  });

  /** @type {Ask} */
  function ask(type, body) {
    const id = (lastId += 1);
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      if (!socket.send({ type, id, ...body })) return settle(id, lost);
      setTimeout(() => settle(id, lost), ANSWER_WITHIN_MS);
    });
  }
  return { ask };
}
