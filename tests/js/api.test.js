import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ask, get, post } from "../../static/js/api.js";

let answers; // what the site answers, one after the other
let requests;
let token;
beforeEach(() => {
  [answers, requests, token] = [
    [],
    [],
    Object.assign(new (globalThis.HTMLMetaElement = class {})(), { content: "old" }),
  ];
  globalThis.document = { querySelector: () => token };
  globalThis.fetch = async (url, request) => {
    requests.push({ url, ...request });
    return answers.shift()(request);
  };
});
const json =
  (body, status = 200) =>
  () =>
    new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const html = (status) => () => new Response("<h1>Log in</h1>", { status, headers: { "Content-Type": "text/html" } });

test("a request with an old token is repeated once with the new one", async () => {
  answers = [json({ error: "Old.", csrf_token: "new" }, 403), json({ score: 5 })];
  assert.deepEqual(await post("/guess", { latitude: 20 }), { status: 200, body: { score: 5 } });
  assert.deepEqual(
    requests.map(({ headers }) => headers["X-CSRFToken"]),
    ["old", "new"],
  );
  assert.equal(requests[1].body, requests[0].body);
  answers = [json({})];
  await post("/guess", {});
  assert.equal(requests[2].headers["X-CSRFToken"], "new");
});

test("it is not repeated a second time, nor when something else is forbidden", async () => {
  answers = [json({ error: "Old.", csrf_token: "new" }, 403), json({ error: "Cookies.", csrf_token: "newer" }, 403)];
  assert.equal((await post("/guess", {})).body.error, "Cookies.");
  answers = [json({ error: "Not yours." }, 403)];
  assert.equal((await post("/guess", {})).body.error, "Not yours.");
  assert.equal(requests.length, 3);
});

test("a site that does not answer in time is a failure with a message", async () => {
  answers = [({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))];
  const keepAlive = setTimeout(() => {}, 1000); // the timer of AbortSignal.timeout does not keep node running
  const { status, body } = await ask("/state", { withinMs: 20 });
  clearTimeout(keepAlive);
  assert.equal(status, 0);
  assert.match(body.error, /cannot be reached/);
});

test("every request has a time limit", async () => {
  answers = [json({}), json({})];
  await get("/state");
  await post("/guess", {});
  assert.ok(requests.every(({ signal }) => signal instanceof AbortSignal));
});

for (const [what, answer] of Object.entries({
  "a page instead of data": html(200),
  "broken data": () => new Response('{"score": ', { headers: { "Content-Type": "application/json" } }),
  "data without what is needed": json({ other: 1 }),
  "data that is no object": json(7),
}))
  test(`${what} is a failure with a message`, async () => {
    answers = [answer];
    const { status, body } = await get("/result", ["score"]);
    assert.equal(status, 0);
    assert.match(body.error, /could not be read/);
  });

test("an error with a page keeps its status and has a message", async () => {
  answers = [html(502)];
  const { status, body } = await get("/result");
  assert.equal(status, 502);
  assert.match(body.error, /\(502\)/);
});

test("an empty answer is fine where nothing is expected", async () => {
  answers = [() => new Response(null, { status: 204 })];
  assert.deepEqual(await post("/draft", {}), { status: 204, body: {} });
});
