// The room's messages: requests with ids and their answers, events by revision. A gap in the revisions requests a snapshot.
import { openSocket } from "./socket.js";

const ANSWER_WITHIN_MS = 8000;

/**
 * `onSnapshot(room)` for the whole room, `onEvent(event)` for each change after it, `onNews(news)` for messages without a revision.
 * `ask(type, body)` → {ok, code, message, …}; code "lost" if no answer came: then the next snapshot shows whether it took effect.
 */
export function joinRoom(path, { onSnapshot, onEvent, onNews, onState, onGone }) {
  const waiting = new Map();
  let lastId = 0;
  let revision = null;

  const settle = (id, answer) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  };
  const lost = { ok: false, code: "lost", message: gettext("The connection was lost. Try again.") };

  const socket = openSocket(path, {
    onState(connected) {
      revision = null;
      if (!connected) for (const id of [...waiting.keys()]) settle(id, lost);
      onState(connected);
    },
    onGone,
    onMessage(message) {
      if (message.type === "snapshot") {
        revision = message.revision;
        onSnapshot(message);
      } else if (message.type === "event") {
        if (revision === null || message.revision <= revision) return;
        if (message.revision > revision + 1) {
          revision = null; // ignore events until the snapshot
          ask("sync");
          return;
        }
        revision = message.revision;
        onEvent(message);
      } else if (message.type === "ack") {
        settle(message.id, { ok: true, ...message });
      } else if (message.type === "error") {
        settle(message.id, { ok: false, ...message });
      } else {
        onNews(message);
      }
    },
  });

  function ask(type, body = {}) {
    const id = (lastId += 1);
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      if (!socket.send({ type, id, ...body })) return settle(id, lost);
      setTimeout(() => settle(id, lost), ANSWER_WITHIN_MS);
    });
  }
  return { ask };
}
