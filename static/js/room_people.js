// The people in a room: names, marks, the standings, and the host's actions on a seat.
import { distance, points } from "./format.js";
import { fill } from "./words.js";

const MODEL = 0;

/** A small element with a class and a text. */
export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export function icon(name, className = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** The first letter of a name, whatever the script. */
export const initial = (name) => [...new Intl.Segmenter().segment(name)][0]?.segment.toUpperCase() ?? "?";

/** The mark before a name: your circle, the model's square, or a disc with the initial. */
export function badge(room, seat) {
  if (seat === MODEL) return icon("model", "mark mark-model");
  if (seat === room.me.seat) return icon("you", "mark mark-you");
  const disc = element("span", "initial", initial(nameOf(room, seat)));
  disc.setAttribute("aria-hidden", "true");
  return disc;
}

export function nameOf(room, seat) {
  if (seat === MODEL) return gettext("The model");
  return room.seats.find(({ id }) => id === seat)?.name ?? gettext("Somebody who left");
}

const teamOf = (room, seat) => room.seats.find(({ id }) => id === seat)?.team;

/** The standings, best first: [{seat or team, total, rank}]; equal totals share a rank. */
export function standings(room) {
  const rows = room.room.in_teams
    ? Object.entries(room.teams).map(([team, total]) => ({ team, total }))
    : room.seats.map(({ id }) => ({ seat: id, total: room.totals[id] ?? 0 }));
  if (room.room.model_plays) rows.push({ seat: MODEL, total: room.totals[MODEL] ?? 0 });
  rows.sort((a, b) => b.total - a.total);
  for (const row of rows) row.rank = rows.findIndex(({ total }) => total === row.total) + 1;
  return rows;
}

/** Whether a row of the standings is this member's, or their team's. */
export const isOwn = (room, { seat, team }) => (team === undefined ? seat === room.me.seat : team === teamOf(room, room.me.seat));

/** The mark and the name of a row. */
export function rowName(room, { seat, team }) {
  const who = element("span", "person-name");
  if (team === undefined) who.append(badge(room, seat), nameOf(room, seat));
  else who.append(element("span", "initial", initial(team)), team);
  return who;
}

/** Rows of a table: rank, player, the round's points if it is revealed, total. */
export function standingRows(room, shown) {
  const best = (pins) => pins.reduce((one, other) => (one && one.score >= other.score ? one : other), undefined);
  const pinOf = ({ seat, team }) => {
    if (seat === MODEL) return shown.model;
    return best(shown.pins.filter((pin) => (team === undefined ? pin.seat === seat : teamOf(room, pin.seat) === team)));
  };
  return standings(room).map((each) => {
    const { total, rank } = each;
    const row = element("tr", isOwn(room, each) ? "is-you" : "");
    const name = element("td", "name");
    name.append(rowName(room, each));
    if (isOwn(room, each)) name.append(element("span", "small muted", ` ${gettext("you")}`));
    row.append(element("td", "", String(rank)), name);
    if (shown) {
      const cell = element("td", "figure");
      const pin = pinOf(each);
      cell.append(pin ? points(pin.score) : "–", element("small", "", pin ? distance(pin.distance_km) : gettext("no pin")));
      row.append(cell);
    }
    row.append(element("td", "figure", points(total)));
    return row;
  });
}

/** The list of seats with the host's actions; `order(type, body)` → whether it succeeded, `redraw()` after a form. */
export function personItems(room, order, redraw) {
  return room.seats.map(({ id, name }) => {
    const item = element("li", "person");
    const who = element("span", "person-name");
    who.append(badge(room, id), name);
    item.append(who);
    const words = room.room.in_teams ? [teamOf(room, id)] : [];
    if (id === room.host) words.push(gettext("host"));
    if (id === room.me.seat) words.push(gettext("you"));
    if (room.phase === "guess" && room.locked.includes(id)) words.push(gettext("locked"));
    if (!room.present.includes(id)) {
      words.push(gettext("away"));
      item.classList.add("is-away");
    }
    item.append(element("span", "small muted", words.join(" · ")));
    const ownName = id === room.me.seat && room.room.kind !== "lesson"; // in a lesson only the host renames
    if (room.me.host || ownName) item.append(renameButton({ id, name, team: teamOf(room, id) }, order, redraw));
    if (room.me.host && id !== room.me.seat) item.append(removeButton(id, name, order));
    return item;
  });
}

function button(label, text) {
  const made = element("button", "button small-button", text);
  made.type = "button";
  made.setAttribute("aria-label", label);
  return made;
}

function nameField(value, label) {
  const field = Object.assign(element("input"), { value, maxLength: 20, required: true });
  field.setAttribute("aria-label", label);
  return field;
}

function renameButton({ id, name, team }, order, redraw) {
  const made = button(fill(gettext("Rename {name}"), { name }), gettext("Rename"));
  made.addEventListener("click", () => {
    const form = element("form", "rename");
    const field = nameField(name, fill(gettext("New name for {name}"), { name }));
    const teamField = team ? nameField(team, fill(gettext("Team of {name}"), { name })) : null;
    const save = Object.assign(element("button", "button small-button", gettext("Save")), { type: "submit" });
    form.append(...[field, teamField, save].filter(Boolean));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!(await order("rename", { seat: id, name: field.value, ...(teamField && { team: teamField.value }) }))) return;
      form.remove();
      redraw();
    });
    made.closest("li").replaceChildren(form);
    field.select();
  });
  return made;
}

function removeButton(seat, name, order) {
  const made = button(fill(gettext("Remove {name}"), { name }), gettext("Remove"));
  made.addEventListener("click", () => {
    if (made.dataset.sure === undefined) {
      made.dataset.sure = "";
      made.textContent = gettext("Sure?");
      return;
    }
    order("remove", { seat });
  });
  return made;
}
