import assert from "node:assert/strict";
import { test } from "node:test";

import { merge } from "../../static/js/job_state.js";

const job = {
  type: "snapshot",
  revision: 1,
  status: "running",
  done: 1,
  log: "begun\n",
  curve: { loss: [[1, 9]] },
  result: {},
};
const change = { type: "change", revision: 2, status: "running", done: 2, log: "", points: [] };

test("the state is replaced, the log goes on", () => {
  const after = merge(job, { ...change, log: "half\n" });
  assert.deepEqual([after.type, after.revision, after.done, after.log], ["snapshot", 2, 2, "begun\nhalf\n"]);
});

test("points go to their series, which may be new, and the job before keeps its own", () => {
  const after = merge(job, {
    ...change,
    points: [
      ["loss", 2, 8],
      ["error", 2, 0.5],
    ],
  });
  assert.deepEqual(after.curve, {
    loss: [
      [1, 9],
      [2, 8],
    ],
    error: [[2, 0.5]],
  });
  assert.deepEqual(job.curve, { loss: [[1, 9]] });
});

test("of the log the end is kept", () => {
  const { log } = merge({ ...job, log: "x".repeat(20_000) }, { ...change, log: "the end" });
  assert.equal(log.length, 20_000);
  assert.ok(log.endsWith("xthe end"));
});

test("the result stays until a change brings one", () => {
  assert.deepEqual(merge(job, change).result, {});
  assert.deepEqual(merge(job, { ...change, result: { files: ["a.svg"] } }).result, { files: ["a.svg"] });
});
