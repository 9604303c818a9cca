// @ts-check
// Where a collection is chosen: what is said of the model is said of the version that plays this collection.
import { all } from "./dom.js";

for (const choice of all("input[name=collection]", HTMLInputElement)) {
  choice.addEventListener("change", show);
}

/** Shows what is for the chosen collection, with the same level chosen as before. */
function show() {
  const chosen = document.querySelector("input[name=collection]:checked");
  if (!(chosen instanceof HTMLInputElement)) return;
  const level = document.querySelector("input[name=level]:checked");
  for (const part of all("[data-for-collections]", HTMLElement)) {
    part.hidden = !part.dataset.forCollections?.split(" ").includes(chosen.value);
    if (!(part instanceof HTMLFieldSetElement)) continue;
    part.disabled = part.hidden;
    const same = part.querySelector(`[value="${level instanceof HTMLInputElement ? level.value : ""}"]`);
    if (!part.hidden && same instanceof HTMLInputElement) same.checked = true;
  }
}

show();
