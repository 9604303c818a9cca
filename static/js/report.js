// Reporting a photo: a dialog with the reasons to choose from, and the site's answer.
const dialog = document.getElementById("report");
const form = document.getElementById("report-form");
const answer = document.getElementById("report-answer");

document.getElementById("show-report").addEventListener("click", () => {
  answer.textContent = "";
  form.hidden = false;
  dialog.showModal();
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams({ reason: event.submitter.value });
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
  try {
    const response = await fetch(form.action, { method: "POST", body, headers });
    const said = await response.json();
    answer.textContent = said.message ?? said.error;
    form.hidden = response.ok;
  } catch {
    answer.textContent = gettext("The site cannot be reached.");
  }
});
