// The round's socket: pings for the clock, word of a lock, and reconnecting with growing pauses. The page works without it.

const PING_EVERY_MS = 10_000;
const DEAD_AFTER_MS = 25_000; // two pings without any answer: a socket may look alive and be dead
const MAX_PAUSE_MS = 15_000;
const GONE = 4404; // the server knows no such round of ours: do not ask again

/** `onMessage(message)` for each message, `onState(connected)` whenever that changes. Returns a function that closes it. */
export function openSocket(path, { onMessage, onState }) {
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
  let socket;
  let pause = 1000;
  let closed = false;
  let heard = 0;
  let retry;

  const ping = () => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (Date.now() - heard > DEAD_AFTER_MS) socket.close();
    else socket.send(JSON.stringify({ type: "ping", t: Date.now() }));
  };

  const connect = () => {
    clearTimeout(retry);
    socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      pause = 1000;
      heard = Date.now();
      onState(true);
      ping();
    });
    socket.addEventListener("message", (event) => {
      heard = Date.now();
      onMessage(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (closed || event.code === GONE) return;
      onState(false);
      retry = setTimeout(connect, pause);
      pause = Math.min(2 * pause + 500, MAX_PAUSE_MS);
    });
  };

  const wake = () => {
    pause = 0;
    if (socket.readyState === WebSocket.CLOSED) connect();
    else socket.close(); // it belongs to the connection that was lost
  };
  const beat = setInterval(ping, PING_EVERY_MS);
  addEventListener("online", wake);
  connect();
  return () => {
    closed = true;
    clearTimeout(retry);
    clearInterval(beat);
    removeEventListener("online", wake);
    socket.close();
  };
}
