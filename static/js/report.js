// @ts-check
// Reporting a photo: a dialog with the reasons to choose from, and the site's answer.
import { csrfToken } from "./api.js";
import { byId } from "./dom.js";

const dialog = byId("report", HTMLDialogElement);
const form = byId("report-form", HTMLFormElement);
const answer = byId("report-answer");

byId("show-report").addEventListener("click", () => {
  answer.textContent = "";
  form.hidden = false;
  dialog.showModal();
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const reason = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
  const body = new URLSearchParams({ reason });
  const headers = { "X-CSRFToken": csrfToken() };
  try {
    const response = await fetch(form.action, { method: "POST", body, headers });
    const said = await response.json();
    answer.textContent = said.message ?? said.error;
    form.hidden = response.ok;
  } catch {
    answer.textContent = gettext("The site cannot be reached. Try again in a moment.");
  }
});
