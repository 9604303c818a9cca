// @ts-check
// Requests to the site: success, refusal and no connection give an answer of the same shape.
import { one } from "./dom.js";

export const csrfToken = () => one(document, "meta[name=csrf-token]", HTMLMetaElement).content;

/**
 * @param {Promise<Response>} request
 * @returns {Promise<{status: number, body: any}>} status 0 when the site cannot be reached
 */
async function answer(request) {
  let response;
  try {
    response = await request;
  } catch {
    return { status: 0, body: { error: gettext("The site cannot be reached. Try again in a moment.") } };
  }
  const body = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  return { status: response.status, body };
}

/**
 * @param {string} url
 * @param {object} data
 */
export function post(url, data) {
  return answer(
    fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(data),
      keepalive: true,
    }),
  );
}

/** @param {string} url */
export const get = (url) => answer(fetch(url, { headers: { Accept: "application/json" } }));
