// @ts-check
// The people in a room: names, marks, the standings, and the host's actions on a seat.
import { element, icon, isSure } from "./dom.js";
import { distance, points } from "./format.js";
import { MODEL, isOwn, nameOf, standings, teamOf } from "./room_state.js";
import { fill } from "./words.js";

/** @import { Room, Standing } from "./room_state.js" */
/** @import { Order } from "./room_socket.js" */

/**
 * The first letter of a name, whatever the script.
 * @param {string} name
 */
export const initial = (name) => [...new Intl.Segmenter().segment(name)][0]?.segment.toUpperCase() ?? "?";

/**
 * The mark before a name: your circle, the model's square, or a disc with the initial.
 * @param {Room} room
 * @param {number} seat
 */
export function badge(room, seat) {
  if (seat === MODEL) return icon("model", "mark mark-model");
  if (seat === room.me.seat) return icon("you", "mark mark-you");
  const disc = element("span", "initial", initial(nameOf(room, seat)));
  disc.setAttribute("aria-hidden", "true");
  return disc;
}

/**
 * The mark and the name of a row.
 * @param {Room} room
 * @param {Standing} row
 */
export function rowName(room, { seat = MODEL, team }) {
  const who = element("span", "person-name");
  if (team === undefined) who.append(badge(room, seat), nameOf(room, seat));
  else who.append(element("span", "initial", initial(team)), team);
  return who;
}

/**
 * What counts for a row in a revealed round: of a team the best pin.
 * @param {Room} room
 * @param {RoomSocket.Reveal} shown
 * @param {Standing} row
 * @returns {RoomSocket.ShownPin | RoomSocket.ModelPin | null}
 */
function pinOf(room, shown, { seat, team }) {
  if (seat === MODEL) return shown.model;
  const pins = shown.pins.filter((pin) => (team === undefined ? pin.seat === seat : teamOf(room, pin.seat) === team));
  return pins.sort((one, other) => other.score - one.score)[0] ?? null;
}

/**
 * Rows of a table: rank, player, the round's points if it is revealed, total.
 * @param {Room} room
 * @param {RoomSocket.Reveal} [shown]
 */
export function standingRows(room, shown) {
  return standings(room).map((each) => {
    const { total, rank } = each;
    const row = element("tr", isOwn(room, each) ? "is-you" : "");
    const name = element("td", "name");
    name.append(rowName(room, each));
    if (isOwn(room, each)) name.append(element("span", "small muted", ` ${pgettext("beside a name", "you")}`));
    row.append(element("td", "", String(rank)), name);
    if (shown) {
      const cell = element("td", "figure");
      const pin = pinOf(room, shown, each);
      cell.append(
        pin ? points(pin.score) : "–",
        element("small", "", pin ? distance(pin.distance_km) : gettext("no pin")),
      );
      row.append(cell);
    }
    row.append(element("td", "figure", points(total)));
    return row;
  });
}

/**
 * The list of seats with the host's actions.
 * @param {Room} room
 * @param {Order} order
 * @param {() => void} redraw after a form
 */
export function personItems(room, order, redraw) {
  return room.seats.map((seat) => {
    const { id, name } = seat;
    const item = element("li", "person");
    const who = element("span", "person-name");
    who.append(badge(room, id), name);
    item.append(who);
    const words = room.room.in_teams ? [teamOf(room, id) ?? ""] : [];
    if (id === room.host) words.push(gettext("host"));
    if (id === room.me.seat) words.push(pgettext("beside a name", "you"));
    if (room.phase === "guess" && room.locked.includes(id)) words.push(gettext("confirmed"));
    if (!room.present.includes(id)) {
      words.push(pgettext("person", "away"));
      item.classList.add("is-away");
    }
    item.append(element("span", "small muted", words.join(" · ")));
    const ownName = id === room.me.seat && room.room.kind !== "lesson"; // in a lesson only the host renames
    if (room.me.host || ownName) item.append(renameButton(seat, order, redraw));
    if (room.me.host && id !== room.me.seat) item.append(removeButton(id, name, order));
    return item;
  });
}

/**
 * @param {string} label
 * @param {string} text
 */
function button(label, text) {
  const made = element("button", "button small-button", text, { type: "button" });
  made.setAttribute("aria-label", label);
  return made;
}

/**
 * @param {string} value
 * @param {string} label
 */
function nameField(value, label) {
  const field = element("input", "", "", { value, maxLength: 80, required: true });
  field.setAttribute("aria-label", label);
  return field;
}

/**
 * @param {RoomSocket.SeatPublic} seat
 * @param {Order} order
 * @param {() => void} redraw
 */
function renameButton({ id, name, team }, order, redraw) {
  const made = button(fill(gettext("Rename: {name}"), { name }), gettext("Rename"));
  made.addEventListener("click", () => {
    const form = element("form", "rename");
    const field = nameField(name, fill(gettext("New name (now {name})"), { name }));
    const teamField = team ? nameField(team, fill(gettext("Team: {name}"), { name })) : null;
    form.append(
      field,
      teamField ?? "",
      element("button", "button small-button", gettext("Save name"), { type: "submit" }),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!(await order("rename", { seat: id, name: field.value, ...(teamField && { team: teamField.value }) })))
        return;
      form.remove();
      redraw();
    });
    made.closest("li")?.replaceChildren(form);
    field.select();
  });
  return made;
}

/**
 * @param {number} seat
 * @param {string} name
 * @param {Order} order
 */
function removeButton(seat, name, order) {
  const made = button(fill(gettext("Remove: {name}"), { name }), gettext("Remove"));
  made.addEventListener("click", () => {
    if (isSure(made, gettext("Yes, remove"))) order("remove", { seat });
  });
  return made;
}
