// A room's page: waiting, guessing, the reveal, the end. The server decides the phase; the page shows it and sends requests.
import { ServerClock } from "./clock.js";
import { clock as clockText, points } from "./format.js";
import { announce, createGuessPanel } from "./guess_panel.js";
import { showFinal } from "./room_final.js";
import { icon, isOwn, nameOf, personItems, standings } from "./room_people.js";
import { healthBars, showReveal } from "./room_reveal.js";
import { joinRoom } from "./room_socket.js";
import { play } from "./sound.js";
import { fill } from "./words.js";

const URGENT_MS = 10_000;
const REACTION_SHOWN_MS = 3500;

const byId = (id) => document.getElementById(id);
const all = (selector) => document.querySelectorAll(selector);
const page = JSON.parse(byId("room-page").textContent);
const serverClock = new ServerClock(Date.now());
let room = null; // the last snapshot, updated by the events since then
let panel = null; // created in the first round
let layer = null;
let alarmed = false;

const { ask } = joinRoom(page.socket, {
  onSnapshot(snapshot) {
    room = { ...snapshot, health: healthOf(snapshot) };
    room.me.plays = plays(room.number);
    show();
  },
  onEvent(event) {
    EVENTS[event.event]?.(event);
    showPeople();
  },
  onNews(news) {
    if (news.type === "pong") serverClock.learn(news.t, news.server_now_ms);
    else if (news.type === "presence" && room) {
      room.present = news.present;
      showPeople();
    } else if (news.type === "reaction") showReaction(news);
  },
  onState(connected) {
    byId("connection").textContent = connected ? "" : gettext("Reconnecting… your seat and your pin are kept.");
    byId("connection").hidden = connected;
  },
  onGone(code) {
    byId("connection").textContent = code === 4403 ? gettext("The host has taken you out of this room.") : gettext("You have no seat in this room any more.");
    byId("connection").hidden = false;
  },
});

const healthOf = (snapshot) => ({
  ...Object.fromEntries(snapshot.seats.map(({ id, health }) => [id, health])),
  0: snapshot.model_health,
});
const plays = (number) => room.seats.some(({ id, from_round }) => id === room.me.seat && from_round <= number);

const EVENTS = {
  joined({ seat }) {
    room.seats.push(seat);
    room.health[seat.id] = seat.health;
    if (room.teams) room.teams[seat.team] ??= 0;
  },
  renamed({ seat, name, team, teams }) {
    Object.assign(room.seats.find(({ id }) => id === seat), { name, team });
    room.teams = teams;
  },
  removed({ seat, teams }) {
    room.seats = room.seats.filter(({ id }) => id !== seat);
    room.teams = teams;
  },
  host({ seat }) {
    room.host = seat;
    room.me.host = seat === room.me.seat;
    announce(fill(gettext("{name} is the host now."), { name: nameOf(room, seat) }));
    showRole();
  },
  closed({ closed }) {
    room.closed = closed;
    showRole();
  },
  locked({ seat, ends_at_ms }) {
    if (!room.locked.includes(seat)) room.locked.push(seat);
    if (ends_at_ms !== room.ends_at_ms) announce(gettext("One has locked: fifteen seconds left."));
    room.ends_at_ms = ends_at_ms;
  },
  round(event) {
    Object.assign(room, { phase: "guess", number: event.number, round: event, ends_at_ms: event.ends_at_ms, locked: [], reveal: null, paused: false });
    Object.assign(room.me, { pin: null, locked: false, plays: plays(event.number) });
    show({ animate: true });
  },
  reveal(event) {
    Object.assign(room, { phase: "reveal", reveal: event, ends_at_ms: event.ends_at_ms, totals: event.totals, teams: event.teams, paused: false });
    Object.assign(room.health, event.health);
    show({ animate: true });
  },
  paused() {
    room.paused = true;
    room.ends_at_ms = null;
    showPause();
  },
  resumed({ ends_at_ms }) {
    room.paused = false;
    room.ends_at_ms = ends_at_ms;
    showPause();
  },
  over() {
    room.phase = "over";
    show({ animate: true });
  },
  following({ following }) {
    room.following = following;
    showFollowing();
    announce(byId("again-text").textContent);
  },
};

// --- Phases

function show({ animate = false } = {}) {
  byId("loading").hidden = true;
  byId("main").dataset.phase = room.phase;
  byId("wait").hidden = room.phase !== "lobby";
  byId("play").hidden = !["guess", "reveal"].includes(room.phase);
  byId("over").hidden = room.phase !== "over";
  document.body.classList.toggle("round-page", !byId("play").hidden);
  showRole();
  showPeople();
  if (room.phase === "guess") startGuessing();
  if (room.phase === "reveal") startReveal(animate);
  if (room.phase === "over") showFinal(room, page);
  showFollowing();
  showPause();
}

function makePanel() {
  panel = createGuessPanel({
    basemap: page.basemap,
    bounds: page.bounds,
    tileUrl: page.tile_url,
    labels: {
      sending: gettext("Sending…"),
      locked: gettext("Locked. Waiting for the others…"),
      over: gettext("Time is up…"),
      late: gettext("You play from the next round on"),
      paused: gettext("The clock is stopped"),
    },
    onDraft: (position) => ask("draft", { round: room.number, ...position }),
    onConfirm: confirm,
    onGoOn: () => byId("next").disabled || byId("next").click(),
  });
  layer = window.L.layerGroup().addTo(panel.board.map);
}

const guessPhase = () => (room.paused ? "paused" : room.me.locked ? "locked" : room.me.plays ? "guess" : "late");

let shownRound = 0;
function startGuessing() {
  if (!panel) makePanel();
  alarmed = false;
  byId("result").hidden = true;
  byId("picture-open").hidden = page.role !== "pupil";
  byId("picture-open").querySelector("img").src = room.round.picture.url;
  byId("round-number").textContent = room.number;
  layer.clearLayers();
  if (shownRound !== room.number || panel.phase() === "revealed") {
    shownRound = room.number;
    panel.startRound(room.round.picture, room.me.pin);
    announce(fill(gettext("Round {number} of {rounds}."), { number: room.number, rounds: room.room.rounds }));
    if (page.role === "pupil") panel.openMap(); // the picture is on the big screen
  }
  panel.setPhase(guessPhase());
}

function startReveal(animate) {
  if (!panel) makePanel();
  if (shownRound !== room.number) {
    shownRound = room.number;
    panel.startRound(room.round.picture, null);
  }
  byId("round-number").textContent = room.number;
  panel.setPhase("revealed");
  const words = showReveal({ board: panel.board, layer, room, shown: room.reveal, full: page.full_health });
  announce(words);
  if (animate) play("reveal");
  byId("result-title").focus({ preventScroll: true });
}

async function confirm() {
  panel.setPhase("sending");
  const answer = await ask("guess", { round: room.number, ...panel.position() });
  if (panel.phase() !== "sending") return;
  if (answer.ok || answer.code === "too_late") {
    room.me.locked = answer.ok;
    panel.setPhase(answer.ok ? "locked" : "over");
    announce(answer.ok ? gettext("Locked. Waiting for the others.") : gettext("Time is up."));
  } else panel.setPhase("guess", answer.message);
}

function showFollowing() {
  if (room.following && byId("again")) byId("again-text").textContent = gettext("The next game waits: come along");
}

// --- People, roles, the clock

function showRole() {
  for (const part of all(".host-only")) part.hidden = !room.me.host;
  for (const part of all(".guest-only")) part.hidden = room.me.host;
  byId("close-room").setAttribute("aria-pressed", String(room.closed));
  byId("skip").disabled = room.phase !== "guess";
  const rules = [
    room.room.collection,
    ...(room.room.in_teams ? [gettext("in teams")] : []),
    room.room.kind === "duel" ? fill(gettext("{health} health each"), { health: points(page.full_health) }) : fill(ngettext("{count} round", "{count} rounds", room.room.rounds), { count: room.room.rounds }),
    room.room.time_limit_s ? fill(gettext("{seconds} s a round"), { seconds: room.room.time_limit_s }) : gettext("no time limit"),
    room.room.model_plays ? fill(gettext("the model plays as {level}"), { level: room.room.level }) : gettext("without the model"),
  ];
  byId("wait-rules").textContent = rules.join(" · ");
}

/** Show an error in every place where the host may be looking. */
function complain(text) {
  for (const note of all("[data-note]")) {
    note.textContent = text;
    note.hidden = !text;
  }
}

function showPeople() {
  if (!room) return;
  for (const list of [byId("wait-list"), byId("people-list")]) {
    if (list.querySelector("form") && list.contains(document.activeElement)) continue; // a name is being typed
    const label = list.contains(document.activeElement) && document.activeElement.getAttribute("aria-label");
    list.replaceChildren(...personItems(room, order, showPeople));
    if (label) list.querySelector(`[aria-label="${CSS.escape(label)}"]`)?.focus();
  }
  byId("wait-count").textContent = fill(ngettext("{count} player", "{count} players", room.seats.length), { count: room.seats.length });
  const waitsForOne = room.room.kind === "duel" && !room.room.model_plays && room.seats.length < 2;
  byId("wait").querySelector("[data-advance]").disabled = waitsForOne;
  const playing = room.seats.filter(({ from_round, id }) => from_round <= room.number && (room.present.includes(id) || room.locked.includes(id)));
  byId("locked-count").hidden = room.phase !== "guess" || playing.length < 2;
  byId("locked-share").textContent = fill(gettext("{count} of {most}"), { count: room.locked.length, most: playing.length });
  if (page.role === "screen") showScreen(playing.length);
  showStanding();
}

function showStanding() {
  const part = byId("standing");
  if (room.room.kind === "duel") return part.replaceChildren(...healthBars(room, page.full_health));
  const own = standings(room).find((row) => isOwn(room, row));
  part.hidden = !own || room.number < 2;
  if (own) part.textContent = `No. ${own.rank} · ${points(own.total)}`;
}

function showPause() {
  byId("paused").hidden = !room.paused;
  for (const part of all("[data-pause]")) part.textContent = room.paused ? gettext("Go on") : gettext("Pause");
  if (room.phase === "guess" && panel) panel.setPhase(guessPhase());
  tick();
}

function tick() {
  if (!room || byId("play").hidden) return;
  const left = room.ends_at_ms === null ? null : room.ends_at_ms - serverClock.now();
  byId("clock").hidden = left === null || room.phase !== "guess";
  if (room.phase === "guess" && left !== null) guessClock(left);
  if (room.phase === "reveal") nextButton(left);
}

function guessClock(left) {
  byId("clock-time").textContent = clockText(left);
  byId("clock").classList.toggle("urgent", left <= URGENT_MS);
  if (left <= URGENT_MS && left > 0 && !alarmed && panel.phase() === "guess") {
    alarmed = true;
    play("hurry");
    byId("alarm").textContent = panel.position() ? gettext("Ten seconds left. Your pin counts when time is up.") : gettext("Ten seconds left and no pin yet.");
  }
  if (left <= 0 && panel.phase() === "guess") {
    const position = panel.position();
    if (position) ask("draft", { round: room.number, ...position }); // the pin's current position, also while it is being dragged
    panel.setPhase("over");
  }
}

function nextButton(left) {
  const what = room.reveal.last ? gettext("The end") : gettext("Next round");
  const when = left === null || room.paused ? "" : fill(gettext("in {seconds} s"), { seconds: Math.max(0, Math.ceil(left / 1000)) });
  const note = when || (room.me.host ? "" : gettext("when the host goes on"));
  byId("next").textContent = note ? `${what} (${note})` : what;
  byId("next").disabled = !room.me.host;
}
setInterval(tick, 200);

// --- Requests of the buttons

async function order(type, body) {
  const answer = await ask(type, body);
  complain(answer.ok ? "" : answer.message);
  return answer.ok;
}
for (const part of all("[data-advance]")) {
  part.addEventListener("click", () => order("advance", { phase: room.phase, round: room.number }));
}
for (const part of all("[data-pause]")) part.addEventListener("click", () => order(room.paused ? "resume" : "pause"));
byId("close-room").addEventListener("click", () => order("close", { closed: !room.closed }));
for (const part of all("[data-end]")) {
  part.addEventListener("click", () => {
    if (part.dataset.sure === undefined) {
      part.dataset.sure = "";
      part.textContent = gettext("Really end it?");
      return;
    }
    byId("people").close();
    order("end");
  });
}
byId("again")?.addEventListener("click", async () => {
  const answer = room.following ? { ok: true, following: room.following } : await ask("again");
  complain(answer.ok ? "" : answer.message);
  if (answer.ok) window.location.assign(answer.following);
});
byId("show-people").addEventListener("click", () => byId("people").showModal());
byId("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(page.join_url);
    byId("copy-status").textContent = gettext("Copied. Send it to your friends.");
  } catch {
    byId("link").select();
    byId("copy-status").textContent = gettext("Copying is blocked here: take the link above.");
  }
});

// --- The big screen of a lesson

function showScreen(playing) {
  byId("screen").hidden = !["guess", "reveal"].includes(room.phase);
  byId("screen-count").textContent = room.phase === "guess" ? fill(gettext("{count} of {most} have answered"), { count: room.locked.length, most: playing }) : "";
  byId("screen-advance").textContent = room.phase === "guess" ? gettext("Reveal") : room.reveal?.last ? gettext("The end") : gettext("Next picture");
  byId("screen-skip").hidden = room.phase !== "guess";
}
if (page.role === "screen") {
  byId("screen-skip").addEventListener("click", () => order("skip", { round: room.number }));
  const KEYS = { n: "screen-advance", p: "screen-pause", s: "screen-skip" };
  document.addEventListener("keydown", (event) => {
    const wanted = byId(KEYS[event.key.toLowerCase()]);
    const typing = event.target.matches("input, textarea, select") || document.querySelector("dialog[open]");
    if (!wanted || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || byId("screen").hidden) return;
    wanted.click();
  });
}

// --- Reactions

for (const part of all("[data-reaction]")) {
  part.addEventListener("click", () => ask("react", { reaction: part.dataset.reaction }));
}
function showReaction({ seat, reaction }) {
  const bubble = document.createElement("p");
  bubble.className = "reaction";
  bubble.append(icon(reaction), nameOf(room, seat));
  byId("reaction-air").append(bubble);
  setTimeout(() => bubble.remove(), REACTION_SHOWN_MS);
}

addEventListener("pageshow", (event) => event.persisted && location.reload());
