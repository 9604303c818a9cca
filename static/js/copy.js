// @ts-check
// A link in a field, and a button that copies it.
import { byId } from "./dom.js";

const field = byId("link", HTMLInputElement);
byId("copy").addEventListener("click", async () => {
  const status = byId("copy-status");
  try {
    await navigator.clipboard.writeText(field.value);
    status.textContent = gettext("Link copied. Paste it into a message to your friends.");
  } catch {
    field.select();
    status.textContent = gettext("Your browser blocked copying. Select the link above and copy it.");
  }
});
