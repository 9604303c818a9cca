// @ts-check
// The room's messages: requests with ids and their answers, events by revision. A gap in the revisions requests a snapshot.
// While there is no socket, as where WebSockets are blocked, the page polls for snapshots, and requests go by HTTP.
import { get, post } from "./api.js";
import { NOT_FOUND, openSocket } from "./socket.js";

const ANSWER_WITHIN_MS = 8000;
const POLL_AFTER_MS = 3000; // a reconnection is faster
const POLL_EVERY_MS = 2000;

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
 * @param {{socket: string, state: string, act: string}} urls
 * @param {object} hear
 * @param {(room: RoomSocket.Snapshot) => void} hear.onSnapshot the whole room
 * @param {(event: RoomSocket.Event) => void} hear.onEvent each change after it
 * @param {(news: RoomSocket.Presence | RoomSocket.Reaction | RoomSocket.Pong) => void} hear.onNews messages without a revision
 * @param {(connection: "socket" | "polling" | "none") => void} hear.onState
 * @param {(code: number) => void} hear.onGone
 * @returns {{ask: Ask}}
 */
export function joinRoom(urls, { onSnapshot, onEvent, onNews, onState, onGone }) {
  /** @type {Map<number | null, (answer: Answer) => void>} */
  const waiting = new Map();
  let lastId = 0;
  /** @type {number | null} */
  let revision = null;
  let connected = false;
  let gone = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let nextPoll;
  let poll = 0; // the number of the latest; the answer to an earlier one is out of date

  /** @type {(id: number | null, answer: Answer) => void} */
  const settle = (id, answer) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  };
  /** @type {Answer} */
  const lost = { ok: false, code: "lost", message: gettext("The connection was lost. Try again.") };

  /** @param {number} afterMs */
  function pollAfter(afterMs) {
    stopPolling();
    nextPoll = setTimeout(askForRoom, afterMs);
  }
  function stopPolling() {
    clearTimeout(nextPoll);
    nextPoll = undefined;
    poll += 1;
  }
  async function askForRoom() {
    const [own, sent] = [poll, Date.now()];
    /** @type {{status: number, body: RoomSocket.Snapshot}} */
    const { status, body } = await get(urls.state, ["revision", "phase", "me"]);
    if (own !== poll || gone) return;
    if (status === 404) return leave(NOT_FOUND);
    onState(status === 200 ? "polling" : "none");
    if (status === 200) {
      onNews({ type: "pong", t: sent, server_now_ms: body.server_now_ms });
      if (body.revision === revision) onNews({ type: "presence", present: body.present });
      else {
        revision = body.revision;
        onSnapshot(body);
      }
    }
    pollAfter(POLL_EVERY_MS);
  }
  /** @param {number} code */
  function leave(code) {
    gone = true;
    stopPolling();
    socket.close();
    onGone(code);
  }

  const socket = openSocket(urls.socket, {
    onState(isOpen) {
      const wasOpen = connected;
      connected = isOpen;
      if (isOpen) {
        stopPolling();
        revision = null;
        onState("socket");
      } else if (wasOpen) {
        for (const id of [...waiting.keys()]) settle(id, lost);
        onState("none");
        pollAfter(POLL_AFTER_MS);
      }
    },
    onGone: leave,
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
      if (!connected) return askByPost(type, id, body);
      if (!socket.send({ type, id, ...body })) return settle(id, lost);
      setTimeout(() => settle(id, lost), ANSWER_WITHIN_MS);
    });
  }
  /** @type {(type: string, id: number, body: object) => Promise<void>} */
  async function askByPost(type, id, said) {
    stopPolling(); // a snapshot from before this request would take it back
    const { status, body } = await post(urls.act, { type, id, ...said }, ["type"]);
    if (status === 200) settle(id, body.type === "ack" ? { ...body, ok: true } : { ...body, ok: false });
    else settle(id, { ok: false, code: "lost", message: body.error });
    if (!connected && !gone) pollAfter(0);
  }
  pollAfter(POLL_AFTER_MS);
  return { ask };
}
