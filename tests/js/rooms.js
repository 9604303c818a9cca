// A room as the server tells it, for tests.

export const seat = (id, name, more = {}) => ({ id, name, team: "", from_round: 1, health: null, ...more });

export const snapshot = ({ room = {}, me = {}, ...more } = {}) => ({
  type: "snapshot",
  revision: 1,
  server_now_ms: 0,
  room: { kind: "room", in_teams: false, model_plays: true, rounds: 5, ...room },
  phase: "guess",
  number: 1,
  ends_at_ms: null,
  paused: false,
  closed: false,
  following: null,
  model_health: null,
  host: 1,
  seats: [seat(1, "Asha"), seat(2, "Ravi")],
  present: [1, 2],
  locked: [],
  totals: {},
  teams: null,
  round: null,
  reveal: null,
  me: { seat: 1, host: true, pin: null, locked: false, ...me },
  ...more,
});

export const pin = (id, score) => ({ seat: id, score, latitude: 20, longitude: 78, distance_km: 100 });

export const reveal = (pins, more = {}) => ({ number: 1, pins, model: null, damage: null, health: {}, ...more });
