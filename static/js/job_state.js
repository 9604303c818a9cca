// @ts-check
// A job as its page knows it: the last snapshot with the changes since then.

const LOG_CHARACTERS = 20_000; // as many as the server keeps

/**
 * Apply a change: the state is replaced; log lines and points are appended.
 * @param {JobSocket.Snapshot} job
 * @param {JobSocket.Change} change
 * @returns {JobSocket.Snapshot}
 */
export function merge(job, { log, points, type, ...state }) {
  const curve = { ...job.curve };
  for (const [series, x, y] of points) curve[series] = [...(curve[series] ?? []), [x, y]];
  return { ...job, ...state, curve, log: (job.log + log).slice(-LOG_CHARACTERS) };
}
