// @ts-check
// A socket with pings (heartbeat and clock) that reconnects with growing pauses.

const PING_EVERY_MS = 10_000;
const DEAD_AFTER_MS = 25_000; // two pings without an answer: a connection can fail without an event
const MAX_PAUSE_MS = 15_000;
export const TOO_MANY = 4408; // close code: another tab of this person has taken the place of this one
export const NOT_FOUND = 4404; // close code
const GONE = new Set([NOT_FOUND, 4403, TOO_MANY]); // close codes (4403 removed): do not reconnect

/** What a page says that plays without a socket. */
export const noSocket = () =>
  gettext("No direct connection: the network or the browser may block WebSockets. You can continue.");

/** What a page says whose socket was closed with TOO_MANY. */
export const tooManyTabs = () => gettext("You have too many tabs open here. Close some, then reload this page.");

/**
 * @template Message
 * @param {string} path
 * @param {object} hear
 * @param {(message: Message) => void} hear.onMessage
 * @param {(connected: boolean) => void} hear.onState whenever that changes
 * @param {(code: number) => void} [hear.onGone] when the server has closed it for good
 */
export function openSocket(path, { onMessage, onState, onGone = () => {} }) {
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
  /** @type {WebSocket} */
  let socket;
  let pause = 1000;
  let closed = false;
  let heard = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;

  const ping = () => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (Date.now() - heard > DEAD_AFTER_MS) socket.close();
    else socket.send(JSON.stringify({ type: "ping", t: Date.now() }));
  };

  const connect = () => {
    clearTimeout(retry);
    socket = new WebSocket(address);
    let spoken = false; // until then it may be one that the server opens only to say “try again later”
    socket.addEventListener("open", () => {
      heard = Date.now();
      ping();
    });
    socket.addEventListener("message", (event) => {
      heard = Date.now();
      if (!spoken) {
        spoken = true;
        pause = 1000;
        onState(true);
      }
      onMessage(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (closed) return;
      if (GONE.has(event.code)) {
        closed = true;
        return onGone(event.code);
      }
      onState(false);
      retry = setTimeout(connect, pause);
      pause = Math.min(2 * pause + 500, MAX_PAUSE_MS);
    });
  };

  const wake = () => {
    pause = 0;
    if (socket.readyState === WebSocket.CLOSED) connect();
    else socket.close(); // this socket belongs to a lost connection
  };
  const beat = setInterval(ping, PING_EVERY_MS);
  addEventListener("online", wake);
  connect();
  return {
    /**
     * @param {object} data
     * @returns {boolean} whether the socket was open
     */
    send(data) {
      const open = socket.readyState === WebSocket.OPEN;
      if (open) socket.send(JSON.stringify(data));
      return open;
    },
    close() {
      closed = true;
      clearTimeout(retry);
      clearInterval(beat);
      removeEventListener("online", wake);
      socket.close();
    },
  };
}
