// @ts-check
// Reporting a photo: a dialog with the reasons to choose from, and the site's answer.
import { ask } from "./api.js";
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
  const { status, body: said } = await ask(form.action, { method: "POST", body });
  answer.textContent = said.message ?? said.error;
  form.hidden = status === 200;
});
