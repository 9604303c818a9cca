// @ts-check
// Requests to the site. Each has a time limit, and success, refusal and failure give an answer of the same shape.
import { one } from "./dom.js";
import { fill } from "./words.js";

const ANSWER_WITHIN_MS = 15_000; // longer than the server waits for a locked database (site/busy.py)

/** @typedef {{status: number, body: any}} Answer status 0: no answer that could be read; `body.error` says why */

const unreachable = () => gettext("The site cannot be reached. Try again in a moment.");
const unreadable = () => gettext("The site's answer could not be read. Reload the page and try again.");

/**
 * Ask the site. A request that is refused because of an old CSRF token, such as after a login in another tab, comes back
 * with a new one and is repeated once.
 * @param {string} url
 * @param {object} [request]
 * @param {string} [request.method]
 * @param {BodyInit} [request.body]
 * @param {Record<string, string>} [request.headers]
 * @param {boolean} [request.keepalive] whether it outlives the page
 * @param {number} [request.withinMs]
 * @param {string[]} [request.has] keys that a good answer has
 * @returns {Promise<Answer>}
 */
export async function ask(url, { has = [], ...request } = {}) {
  let answer = await send(url, request);
  if (answer.status === 403 && answer.body.csrf_token) {
    one(document, "meta[name=csrf-token]", HTMLMetaElement).content = answer.body.csrf_token;
    answer = await send(url, request);
  }
  const isGood = answer.status >= 200 && answer.status < 300;
  if (isGood && !has.every((key) => key in answer.body)) return { status: 0, body: { error: unreadable() } };
  return answer;
}

/**
 * @param {string} url
 * @param {object} request
 * @param {string} [request.method]
 * @param {BodyInit} [request.body]
 * @param {Record<string, string>} [request.headers]
 * @param {boolean} [request.keepalive]
 * @param {number} [request.withinMs]
 * @returns {Promise<Answer>}
 */
async function send(url, { method = "GET", headers, withinMs = ANSWER_WITHIN_MS, ...request }) {
  /** @type {Record<string, string>} */
  const own = { Accept: "application/json", ...headers };
  if (method !== "GET") own["X-CSRFToken"] = one(document, "meta[name=csrf-token]", HTMLMetaElement).content;
  let response, text;
  try {
    response = await fetch(url, { ...request, method, headers: own, signal: AbortSignal.timeout(withinMs) });
    text = await response.text();
  } catch {
    return { status: 0, body: { error: unreachable() } };
  }
  const body = response.status === 204 ? {} : parsed(text);
  if (body && (response.ok || body.error)) return { status: response.status, body };
  if (response.ok) return { status: 0, body: { error: unreadable() } };
  const said = gettext("The server returned an error ({status}). Reload the page and try again.");
  return { status: response.status, body: { error: fill(said, { status: response.status }) } };
}

/**
 * The JSON object in a text; null for anything else, such as a page.
 * @param {string} text
 * @returns {Record<string, any> | null}
 */
function parsed(text) {
  try {
    const found = JSON.parse(text);
    return found !== null && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} url
 * @param {object} data
 * @param {string[]} [has] keys that a good answer has
 */
export const post = (url, data, has) =>
  ask(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(data),
    keepalive: true,
    has,
  });

/**
 * @param {string} url
 * @param {string[]} [has] keys that a good answer has
 */
export const get = (url, has) => ask(url, { has });
