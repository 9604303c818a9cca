// @ts-check
// The editor of a lesson plan: a collection's photos to choose from, and the chosen ones in order with their notes.
import { announce, byId, element, pageData } from "./dom.js";
import { fill } from "./words.js";

const AT_ONCE = 48; // thumbnails
/** @typedef {LessonPage["photos"][number]} Photo */
/** @typedef {LessonPage["steps"][number]} Step */

/** @type {LessonPage} */
const lesson = pageData("lesson");
const photos = new Map(lesson.photos.map((photo) => [photo.id, photo]));
const steps = lesson.steps.filter(({ photo }) => photos.has(photo));
const stepsField = byId("steps-field", HTMLInputElement);
let shown = AT_ONCE;
/** @type {number | null} */
let dragged = null; // the position in the lesson of the photo that is being dragged

/** @param {Photo} photo */
const nameOf = ({ place, state }) => [place, gettext(state)].filter(Boolean).join(", ");
/** @param {Step} step */
const photoOf = (step) => /** @type {Photo} */ (photos.get(step.photo));

/**
 * @param {string} text
 * @param {string} label
 * @param {() => void} act
 */
function button(text, label, act, { disabled = false } = {}) {
  const made = element("button", "button small-button", text, { type: "button", disabled });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

/** @param {Photo} photo */
function thumbnail(photo) {
  return element("img", "", "", { src: photo.thumb, alt: "", width: 120, height: 80, loading: "lazy" });
}

/**
 * @param {number} from
 * @param {number} to
 */
function move(from, to) {
  if (to < 0 || to >= steps.length) return;
  const [step] = steps.splice(from, 1);
  steps.splice(to, 0, step);
  show();
  const label = to < from ? "up" : "down";
  /** @type {HTMLElement | null} */
  const next = byId("steps").children[to].querySelector(
    `[data-move=${label}]:not(:disabled), [data-move]:not(:disabled)`,
  );
  next?.focus();
  announce(fill(gettext("{place}: now number {number}."), { place: nameOf(photoOf(step)), number: to + 1 }));
}

/**
 * @param {Step} step
 * @param {number} index
 */
function stepItem(step, index) {
  const photo = photoOf(step);
  const item = element("li", "panel step-item");
  const handle = thumbnail(photo); // the picture only, so that text in the note stays selectable by mouse
  handle.draggable = true;
  handle.addEventListener("dragstart", () => (dragged = index));
  handle.addEventListener("dragend", () => (dragged = null));
  item.addEventListener("dragover", (event) => event.preventDefault());
  item.addEventListener("drop", (event) => {
    event.preventDefault();
    if (dragged !== null) move(dragged, index);
  });
  const body = element("div", "step-body");
  const note = element("textarea", "", "", {
    value: step.note,
    rows: 2,
    maxLength: lesson.longest,
    placeholder: gettext("A note, shown with the reveal"),
  });
  note.setAttribute("aria-label", fill(gettext("Note: {place}"), { place: nameOf(photo) }));
  note.addEventListener("input", () => (step.note = note.value));
  const tools = element("div", "step-tools");
  const place = nameOf(photo);
  const isLast = index === steps.length - 1;
  const up = button("↑", fill(gettext("Move up: {place}"), { place }), () => move(index, index - 1), {
    disabled: index === 0,
  });
  const down = button("↓", fill(gettext("Move down: {place}"), { place }), () => move(index, index + 1), {
    disabled: isLast,
  });
  up.dataset.move = "up";
  down.dataset.move = "down";
  const out = button(gettext("Remove"), fill(gettext("Remove: {place}"), { place }), () => {
    steps.splice(index, 1);
    show();
    announce(fill(gettext("Removed: {place}."), { place }));
  });
  tools.append(up, down, out);
  body.append(element("p", "step-place", `${index + 1}. ${place}`), note, tools);
  item.append(handle, body);
  return item;
}

/** @param {Photo} photo */
function thumbItem(photo) {
  const item = element("li");
  const chosen = steps.some((step) => step.photo === photo.id);
  const add = element("button", "thumb", "", { type: "button", disabled: chosen || steps.length >= lesson.most });
  add.setAttribute("aria-label", fill(gettext("Add: {place}"), { place: nameOf(photo) }));
  add.append(thumbnail(photo), element("span", "small", chosen ? `✓ ${nameOf(photo)}` : nameOf(photo)));
  add.addEventListener("click", () => {
    steps.push({ photo: photo.id, collection: lesson.collection, note: "" });
    show();
    announce(fill(gettext("{place}: now number {number}."), { place: nameOf(photo), number: steps.length }));
  });
  item.append(add);
  return item;
}

function show() {
  byId("steps").replaceChildren(...steps.map(stepItem));
  byId("chosen-none").hidden = steps.length > 0;
  const count = fill(gettext("{count} of at most {most}"), { count: steps.length, most: lesson.most });
  byId("chosen-count").textContent = steps.length ? count : "";
  const state = byId("state", HTMLSelectElement).value;
  const fitting = lesson.photos.filter((photo) => photo.shown && (!state || photo.state === state));
  byId("thumbs").replaceChildren(...fitting.slice(0, shown).map(thumbItem));
  byId("more").hidden = fitting.length <= shown;
  stepsField.value = JSON.stringify(steps);
}

byId("state").addEventListener("change", () => {
  shown = AT_ONCE;
  show();
});
byId("more").addEventListener("click", () => {
  shown += AT_ONCE;
  show();
});
const browse = byId("browse", HTMLSelectElement);
browse.addEventListener("change", () => {
  browse.name = "browse"; // the page comes back, not saved, with the pictures of that collection
  byId("plan", HTMLFormElement).submit();
});
byId("plan").addEventListener("submit", () => {
  stepsField.value = JSON.stringify(steps);
});
show();
