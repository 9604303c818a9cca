import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { joinRoom } from "../../static/js/room_socket.js";

/** A server's side of a socket. */
class FakeSocket extends EventTarget {
  static OPEN = 1;
  static CLOSED = 3;
  static last;
  readyState = FakeSocket.OPEN;
  sent = [];
  constructor() {
    super();
    FakeSocket.last = this;
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.lose(1006);
  }
  say(message) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }
  lose(code) {
    this.readyState = FakeSocket.CLOSED;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
  asked(type) {
    return this.sent.filter((message) => message.type === type);
  }
}

const URLS = { socket: "/ws/r/1/", state: "/r/1/state", act: "/r/1/act" };
const json = (body, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));
const settled = () => new Promise((resolve) => setImmediate(resolve));

let heard;
let site; // what it answers to requests over HTTP
let requests;
let ask;
let socket;
beforeEach((t) => {
  Object.assign(globalThis, {
    WebSocket: FakeSocket,
    location: { protocol: "http:", host: "x" },
    addEventListener() {},
    removeEventListener() {},
  });
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  [heard, requests, site] = [[], [], () => Promise.reject(new Error("no connection"))];
  const token = Object.assign(new (globalThis.HTMLMetaElement = class {})(), { content: "token" });
  globalThis.document = { querySelector: () => token };
  globalThis.fetch = (url, { method, body }) => {
    const request = { url, method, body: body && JSON.parse(body) };
    requests.push(request);
    return site(request);
  };
  const hear = (kind) => (what) => heard.push([kind, what.revision ?? what.type ?? what]);
  const on = { onSnapshot: hear("snapshot"), onEvent: hear("event"), onNews: hear("news") };
  ({ ask } = joinRoom(URLS, { ...on, onState: hear("state"), onGone: hear("gone") }));
  socket = FakeSocket.last;
  socket.dispatchEvent(new Event("open"));
  socket.say({ type: "pong" });
  heard = [];
});

const event = (revision) => ({ type: "event", revision, event: "paused" });

test("events follow the snapshot one by one, and what it told already is left out", () => {
  socket.say(event(3)); // before the snapshot: it will be in it
  socket.say({ type: "snapshot", revision: 4 });
  for (const revision of [4, 5, 6]) socket.say(event(revision));
  assert.deepEqual(heard, [
    ["snapshot", 4],
    ["event", 5],
    ["event", 6],
  ]);
  assert.equal(socket.asked("sync").length, 0);
});

test("a gap asks once for everything, and nothing is shown until it has come", () => {
  socket.say({ type: "snapshot", revision: 4 });
  for (const revision of [6, 7]) socket.say(event(revision));
  assert.equal(socket.asked("sync").length, 1);
  assert.deepEqual(heard, [["snapshot", 4]]);
  socket.say({ type: "snapshot", revision: 7 });
  socket.say(event(8));
  assert.deepEqual(heard.slice(1), [
    ["snapshot", 7],
    ["event", 8],
  ]);
});

test("answers find their requests", async () => {
  const [one, other] = [ask("pause", {}), ask("guess", { round: 1, latitude: 20, longitude: 78 })];
  const [{ id: first }] = socket.asked("pause");
  const [{ id: second, round }] = socket.asked("guess");
  assert.equal(round, 1);
  socket.say({ type: "error", id: second, code: "too_late", message: "Over." });
  socket.say({ type: "ack", id: first });
  assert.equal((await one).ok, true);
  assert.deepEqual(await other, { type: "error", id: second, ok: false, code: "too_late", message: "Over." });
});

test("no answer in time, and a connection that breaks, both count as lost", async (t) => {
  const slow = ask("pause", {});
  t.mock.timers.tick(8000);
  assert.equal((await slow).code, "lost");
  const cut = ask("pause", {});
  socket.lose(1006);
  assert.equal((await cut).code, "lost");
});

test("a lost connection is opened again, and a new snapshot begins anew", (t) => {
  socket.say({ type: "snapshot", revision: 4 });
  socket.lose(1006);
  t.mock.timers.tick(1000);
  assert.notEqual(FakeSocket.last, socket);
  FakeSocket.last.dispatchEvent(new Event("open"));
  FakeSocket.last.say(event(5)); // it was missed what came between
  FakeSocket.last.say({ type: "snapshot", revision: 9 });
  assert.deepEqual(heard, [
    ["snapshot", 4],
    ["state", "none"],
    ["state", "socket"],
    ["snapshot", 9],
  ]);
});

test("a server that says “later” is asked less and less often, and the page stays unconnected", (t) => {
  let opened = 0;
  for (let second = 0; second < 60; second += 1) {
    if (FakeSocket.last.readyState === FakeSocket.OPEN) {
      opened += 1;
      FakeSocket.last.dispatchEvent(new Event("open"));
      FakeSocket.last.lose(1013);
    }
    t.mock.timers.tick(1000);
  }
  assert.ok(opened >= 5 && opened <= 10, `${opened}`);
  assert.deepEqual(heard, [["state", "none"]]);
});

for (const code of [4403, 4404, 4408])
  test(`a socket closed with ${code} does not come back`, (t) => {
    socket.lose(code);
    t.mock.timers.tick(60_000);
    assert.equal(FakeSocket.last, socket);
    assert.deepEqual(heard, [["gone", code]]);
  });

// --- Without a socket

const room = (revision) => ({ type: "snapshot", revision, phase: "guess", me: {}, present: [1], server_now_ms: 5 });

test("a room whose socket cannot be opened goes on by polling, and each change is shown once", async (t) => {
  socket.lose(1006);
  for (const revision of [4, 4, 5]) {
    site = () => json(room(revision));
    t.mock.timers.tick(3000);
    await settled();
    await settled();
  }
  assert.deepEqual(
    heard.filter(([kind, what]) => kind !== "snapshot" || what),
    [
      ["state", "none"],
      ["state", "polling"],
      ["news", "pong"],
      ["snapshot", 4],
      ["state", "polling"],
      ["news", "pong"],
      ["news", "presence"],
      ["state", "polling"],
      ["news", "pong"],
      ["snapshot", 5],
    ],
  );
});

test("a socket that never answers is polled for, too", async (t) => {
  heard = [];
  const hear = (kind) => (what) => heard.push([kind, what.revision ?? what.type ?? what]);
  joinRoom(URLS, { onSnapshot: hear("snapshot"), onEvent() {}, onNews() {}, onState: hear("state"), onGone() {} });
  site = () => json(room(4));
  t.mock.timers.tick(3000);
  await settled();
  await settled();
  assert.deepEqual(heard, [
    ["state", "polling"],
    ["snapshot", 4],
  ]);
});

test("requests go by HTTP, and an older snapshot does not take them back", async (t) => {
  socket.lose(1006);
  let answerPoll;
  site = () => new Promise((resolve) => (answerPoll = resolve));
  t.mock.timers.tick(3000);
  site = ({ body }) => json({ type: "ack", id: body.id, locked: true });
  const answer = await ask("guess", { round: 1, latitude: 20, longitude: 78 });
  assert.equal(answer.ok, true);
  assert.deepEqual(requests.at(-1).body, { type: "guess", id: 1, round: 1, latitude: 20, longitude: 78 });
  answerPoll(new Response(JSON.stringify(room(4))));
  await settled();
  await settled();
  assert.deepEqual(heard, [["state", "none"]]);
  site = ({ body }) => json({ type: "error", id: body.id, code: "too_late", message: "Over." });
  assert.equal((await ask("guess", { round: 1, latitude: 20, longitude: 78 })).code, "too_late");
  site = () => Promise.reject(new Error("no connection"));
  assert.equal((await ask("guess", { round: 1, latitude: 20, longitude: 78 })).code, "lost");
});

test("polling ends when the socket speaks again, and when the room is gone", async (t) => {
  site = () => json(room(4));
  socket.lose(1006);
  t.mock.timers.tick(1000);
  FakeSocket.last.dispatchEvent(new Event("open"));
  FakeSocket.last.say({ type: "snapshot", revision: 9 });
  t.mock.timers.tick(9000);
  assert.equal(requests.length, 0);
  FakeSocket.last.lose(1006);
  site = () => json({ error: "No such room." }, 404);
  t.mock.timers.tick(3000);
  await settled();
  await settled();
  assert.deepEqual(heard.at(-1), ["gone", 4404]);
  t.mock.timers.tick(60_000);
  assert.equal(requests.length, 1);
});
