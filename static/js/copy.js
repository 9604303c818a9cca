// @ts-check
// A link in a field, and a button that copies it.
import { byId } from "./dom.js";

const field = byId("link", HTMLInputElement);
byId("copy").addEventListener("click", async () => {
  const status = byId("copy-status");
  try {
    await navigator.clipboard.writeText(field.value);
    status.textContent = gettext("Copied. Paste it where your friends are.");
  } catch {
    field.select();
    status.textContent = gettext("Copying is blocked here: take the link from the field.");
  }
});
