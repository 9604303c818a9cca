// @ts-check
// A room: the last snapshot, updated by the events since then; its standings and names.

export const MODEL = 0; // its seat

/**
 * @typedef {Omit<RoomSocket.Snapshot, "me"> & {
 *   me: RoomSocket.Me & {plays: boolean},
 *   health: Record<string, number | null>,
 * }} Room `me.plays`: in the present round; `health` by seat
 */
/** @typedef {{seat?: number, team?: string, total: number, rank: number}} Standing of a seat, or of a team */

/**
 * @param {RoomSocket.Snapshot} snapshot
 * @returns {Room}
 */
export function roomOf(snapshot) {
  const health = Object.fromEntries(snapshot.seats.map((seat) => [String(seat.id), seat.health]));
  return {
    ...snapshot,
    me: { ...snapshot.me, plays: plays(snapshot, snapshot.number) },
    health: { ...health, [MODEL]: snapshot.model_health },
  };
}

/**
 * Whether this member plays the round with this number.
 * @param {Pick<RoomSocket.Snapshot, "seats" | "me">} room
 * @param {number} number
 */
const plays = ({ seats, me }, number) => seats.some(({ id, from_round }) => id === me.seat && from_round <= number);

/**
 * The room after an event; it is changed in place.
 * @param {Room} room
 * @param {RoomSocket.Event} event
 */
export function apply(room, event) {
  switch (event.event) {
    case "joined":
      room.seats.push(event.seat);
      room.health[event.seat.id] = event.seat.health;
      if (room.teams) room.teams[event.seat.team] ??= 0;
      break;
    case "renamed": {
      const { name, team } = event;
      const seat = room.seats.find(({ id }) => id === event.seat);
      if (seat) Object.assign(seat, { name, team });
      room.teams = event.teams;
      break;
    }
    case "removed":
      room.seats = room.seats.filter(({ id }) => id !== event.seat);
      room.teams = event.teams;
      break;
    case "host":
      room.host = event.seat;
      room.me.host = event.seat === room.me.seat;
      break;
    case "closed":
      room.closed = event.closed;
      break;
    case "locked":
      if (!room.locked.includes(event.seat)) room.locked.push(event.seat);
      room.ends_at_ms = event.ends_at_ms;
      break;
    case "round": {
      const { number, ends_at_ms } = event;
      Object.assign(room, {
        phase: "guess",
        number,
        round: event,
        ends_at_ms,
        locked: [],
        reveal: null,
        paused: false,
      });
      Object.assign(room.me, { pin: null, locked: false, plays: plays(room, number) });
      break;
    }
    case "reveal": {
      const { ends_at_ms, totals, teams } = event;
      Object.assign(room, { phase: "reveal", reveal: event, ends_at_ms, totals, teams, paused: false });
      Object.assign(room.health, event.health);
      break;
    }
    case "paused":
      room.paused = true;
      room.ends_at_ms = null;
      break;
    case "resumed":
      room.paused = false;
      room.ends_at_ms = event.ends_at_ms;
      break;
    case "over":
      room.phase = "over";
      break;
    case "following":
      room.following = event.following;
      break;
  }
}

/**
 * @param {Room} room
 * @param {number} seat
 */
export function nameOf(room, seat) {
  if (seat === MODEL) return gettext("The model");
  return room.seats.find(({ id }) => id === seat)?.name ?? gettext("A player who left");
}

/**
 * @param {Room} room
 * @param {number | null} seat
 */
export const teamOf = (room, seat) => room.seats.find(({ id }) => id === seat)?.team;

/**
 * The seats of a duel.
 * @param {Room} room
 */
export const sides = (room) => [...room.seats.map(({ id }) => id), ...(room.room.model_plays ? [MODEL] : [])];

/**
 * The standings, best first; equal totals share a rank.
 * @param {Room} room
 * @returns {Standing[]}
 */
export function standings(room) {
  /** @type {{seat?: number, team?: string, total: number}[]} */
  const rows = room.room.in_teams
    ? Object.entries(room.teams ?? {}).map(([team, total]) => ({ team, total }))
    : room.seats.map(({ id }) => ({ seat: id, total: room.totals[id] ?? 0 }));
  if (room.room.model_plays) rows.push({ seat: MODEL, total: room.totals[MODEL] ?? 0 });
  rows.sort((a, b) => b.total - a.total);
  return rows.map((row) => ({ ...row, rank: rows.findIndex(({ total }) => total === row.total) + 1 }));
}

/**
 * Whether a row of the standings is this member's, or their team's.
 * @param {Room} room
 * @param {{seat?: number, team?: string}} row
 */
export const isOwn = (room, { seat, team }) =>
  team === undefined ? seat === room.me.seat : team === teamOf(room, room.me.seat);
