// The editor of a lesson plan: the collection's photos to choose from, and the chosen ones in order with their notes.
import { element } from "./room_people.js";
import { fill } from "./words.js";

const AT_ONCE = 48; // thumbnails
const byId = (id) => document.getElementById(id);
const lesson = JSON.parse(byId("lesson").textContent);
const photos = new Map(lesson.photos.map((photo) => [photo.id, photo]));
let steps = lesson.steps.filter(({ photo }) => photos.has(photo));
let shown = AT_ONCE;
let dragged = null; // the position in the lesson of the photo that is being dragged

const nameOf = ({ place, state }) => [place, gettext(state)].filter(Boolean).join(", ");
const say = (text) => (byId("announce").textContent = text);

function button(text, label, act, { disabled = false } = {}) {
  const made = Object.assign(element("button", "button small-button", text), { type: "button", disabled });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function thumbnail(photo) {
  return Object.assign(element("img"), { src: photo.thumb, alt: "", width: 120, height: 80, loading: "lazy" });
}

function move(from, to) {
  if (to < 0 || to >= steps.length) return;
  const [step] = steps.splice(from, 1);
  steps.splice(to, 0, step);
  show();
  const label = to < from ? "up" : "down";
  byId("steps").children[to].querySelector(`[data-move=${label}]:not(:disabled), [data-move]:not(:disabled)`)?.focus();
  say(fill(gettext("{place} is number {number} now."), { place: nameOf(photos.get(step.photo)), number: to + 1 }));
}

function stepItem(step, index) {
  const photo = photos.get(step.photo);
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
  const note = Object.assign(element("textarea"), { value: step.note, rows: 2, maxLength: lesson.longest, placeholder: gettext("A note, shown with the reveal") });
  note.setAttribute("aria-label", fill(gettext("Note for {place}"), { place: nameOf(photo) }));
  note.addEventListener("input", () => (step.note = note.value));
  const tools = element("div", "step-tools");
  const up = button("↑", fill(gettext("{place} up"), { place: nameOf(photo) }), () => move(index, index - 1), { disabled: index === 0 });
  const down = button("↓", fill(gettext("{place} down"), { place: nameOf(photo) }), () => move(index, index + 1), { disabled: index === steps.length - 1 });
  up.dataset.move = "up";
  down.dataset.move = "down";
  tools.append(up, down, button(gettext("Take out"), fill(gettext("Take {place} out"), { place: nameOf(photo) }), () => {
    steps.splice(index, 1);
    show();
    say(fill(gettext("{place} is out."), { place: nameOf(photo) }));
  }));
  body.append(element("p", "step-place", `${index + 1}. ${nameOf(photo)}`), note, tools);
  item.append(handle, body);
  return item;
}

function thumbItem(photo) {
  const item = element("li");
  const chosen = steps.some((step) => step.photo === photo.id);
  const add = Object.assign(element("button", "thumb"), { type: "button", disabled: chosen || steps.length >= lesson.most });
  add.setAttribute("aria-label", fill(gettext("Add {place}"), { place: nameOf(photo) }));
  add.append(thumbnail(photo), element("span", "small", chosen ? `✓ ${nameOf(photo)}` : nameOf(photo)));
  add.addEventListener("click", () => {
    steps.push({ photo: photo.id, note: "" });
    show();
    say(fill(gettext("{place} is number {number} now."), { place: nameOf(photo), number: steps.length }));
  });
  item.append(add);
  return item;
}

function show() {
  byId("steps").replaceChildren(...steps.map(stepItem));
  byId("chosen-none").hidden = steps.length > 0;
  byId("chosen-count").textContent = steps.length ? fill(gettext("{count} of at most {most}"), { count: steps.length, most: lesson.most }) : "";
  const state = byId("state").value;
  const fitting = lesson.photos.filter((photo) => !state || photo.state === state);
  byId("thumbs").replaceChildren(...fitting.slice(0, shown).map(thumbItem));
  byId("more").hidden = fitting.length <= shown;
  byId("steps-field").value = JSON.stringify(steps);
}

byId("state").addEventListener("change", () => {
  shown = AT_ONCE;
  show();
});
byId("more").addEventListener("click", () => {
  shown += AT_ONCE;
  show();
});
byId("plan").addEventListener("submit", () => (byId("steps-field").value = JSON.stringify(steps)));
show();
