// @ts-check
// A room's page: waiting, guessing, the reveal, the end. The server decides the phase; the page shows it and sends requests.
import { ServerClock } from "./clock.js";
import { createCountdown } from "./countdown.js";
import { all, announce, byId, element, icon, isSure, one, pageData } from "./dom.js";
import { points } from "./format.js";
import { createGuessPanel } from "./guess_panel.js";
import { keyOf } from "./keys.js";
import { showFinal } from "./room_final.js";
import { personItems } from "./room_people.js";
import { healthBars, showReveal } from "./room_reveal.js";
import { joinRoom } from "./room_socket.js";
import { apply, isOwn, nameOf, roomOf, standings } from "./room_state.js";
import { noSocket, TOO_MANY, tooManyTabs } from "./socket.js";
import { play } from "./sound.js";
import { fill } from "./words.js";

/** @import { Order } from "./room_socket.js" */
/** @import { Room } from "./room_state.js" */

const REACTION_SHOWN_MS = 3500;

/** @type {RoomPage} */
const page = pageData("room-page");
const serverClock = new ServerClock(Date.now());
/** @type {Room} */
let room; // undefined before the first snapshot
/** @type {ReturnType<typeof makeStage> | undefined} */
let stage; // created in the first round

const { ask } = joinRoom(page, {
  onSnapshot(snapshot) {
    room = roomOf(snapshot);
    show();
  },
  onEvent(event) {
    const endedAt = room.ends_at_ms;
    apply(room, event);
    showEvent(event, endedAt);
    showPeople();
  },
  onNews(news) {
    if (news.type === "pong") serverClock.learn(news.t, news.server_now_ms);
    else if (news.type === "presence" && room) {
      room.present = news.present;
      showPeople();
    } else if (news.type === "reaction") showReaction(news);
  },
  onState(connection) {
    byId("connection").textContent =
      connection === "polling" ? noSocket() : gettext("Reconnecting… your seat and your pin are kept.");
    byId("connection").hidden = connection === "socket";
  },
  onGone(code) {
    byId("connection").textContent =
      code === 4403
        ? gettext("The host removed you from this room.")
        : code === TOO_MANY
          ? tooManyTabs()
          : gettext("You are no longer in this room. Join again with its code.");
    byId("connection").hidden = false;
  },
});

/**
 * What an event changes on the page, beside the people.
 * @param {RoomSocket.Event} event
 * @param {number | null} endedAt when the clock was to run out before it
 */
function showEvent(event, endedAt) {
  switch (event.event) {
    case "host":
      announce(fill(gettext("New host: {name}."), { name: nameOf(room, event.seat) }));
      return showRole();
    case "closed":
      return showRole();
    case "locked":
      if (event.seat === room.me.seat) showOwnLock();
      if (event.ends_at_ms !== endedAt) announce(gettext("Your opponent has confirmed: 15 seconds left."));
      return;
    case "paused":
    case "resumed":
      return showPause();
    case "round":
    case "reveal":
    case "over":
      return show({ animate: true });
    case "following":
      showFollowing();
      announce(byId("again-text").textContent);
  }
}

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
  if (room.phase === "guess" && room.round) startGuessing(room.round);
  if (room.phase === "reveal" && room.round && room.reveal) startReveal(room.round, room.reveal, animate);
  if (room.phase === "over" && !byId("over-rounds").hasChildNodes()) showFinal(room, page);
  showFollowing();
  showPause();
}

/** The panel with its clock, and the layer on its map for what a reveal shows. */
function makeStage() {
  const next = byId("next", HTMLButtonElement);
  const panel = createGuessPanel({
    basemap: page.basemap,
    bounds: page.bounds,
    tileUrl: page.tile_url,
    labels: {
      sending: gettext("Sending…"),
      locked: gettext("Guess confirmed. Waiting for the others…"),
      over: gettext("Time is up…"),
      late: gettext("You can play from the next round"),
      paused: gettext("Paused by the host"),
    },
    onDraft: sendDraft,
    onConfirm: confirm,
    onGoOn: () => next.disabled || next.click(),
  });
  const countdown = createCountdown({ now: () => serverClock.now(), panel, sendPin: sendDraft });
  return { panel, countdown, layer: window.L.layerGroup().addTo(panel.board.map) };
}

/** @param {Position} position */
function sendDraft(position) {
  ask("draft", { round: room.number, ...position });
}

const guessPhase = () => (room.paused ? "paused" : room.me.locked ? "locked" : room.me.plays ? "guess" : "late");

let shownRound = 0;
/** @param {RoomSocket.OpenRound} round */
function startGuessing({ picture }) {
  stage ??= makeStage();
  const { panel, countdown, layer } = stage;
  byId("result").hidden = true;
  byId("picture-open").hidden = page.role !== "pupil";
  one(byId("picture-open"), "img", HTMLImageElement).src = picture.url;
  showRoundNumber();
  layer.clearLayers();
  if (shownRound !== room.number || panel.phase() === "revealed") {
    shownRound = room.number;
    countdown.restart();
    panel.startRound(picture, room.me.pin);
    announce(fill(gettext("Round {number} of {rounds}."), { number: room.number, rounds: room.room.rounds }));
    if (page.role === "pupil") panel.openMap(); // the picture is on the big screen
  }
  panel.setPhase(guessPhase());
}

/**
 * @param {RoomSocket.OpenRound} round
 * @param {RoomSocket.Reveal} shown
 * @param {boolean} animate
 */
function startReveal({ picture }, shown, animate) {
  stage ??= makeStage();
  const { panel, layer } = stage;
  const isNews = shownRound !== room.number || panel.phase() !== "revealed"; // not so after a reconnection
  if (shownRound !== room.number) {
    shownRound = room.number;
    panel.startRound(picture, null);
  }
  showRoundNumber();
  panel.setPhase("revealed");
  if (isNews) panel.setClues(shown.clues);
  announce(showReveal({ board: panel.board, layer, room, shown, full: page.full_health }));
  if (animate) play("reveal");
  byId("result-title").focus({ preventScroll: true });
}

async function confirm() {
  const position = stage?.panel.position();
  if (!stage || !position) return;
  const { panel } = stage;
  panel.setPhase("sending");
  const { number } = room;
  const answer = await ask("guess", { round: number, ...position });
  if (room.phase !== "guess" || room.number !== number) return;
  if (answer.ok) {
    room.me.locked = true;
    panel.setPhase("locked");
    announce(gettext("Guess confirmed. Waiting for the others."));
  } else if (panel.phase() !== "sending") {
    return;
  } else if (answer.code === "too_late") {
    room.me.locked = false;
    panel.setPhase("over");
    announce(gettext("Time is up."));
  } else panel.setPhase("guess", answer.message);
}

/** The guess is locked, whether its answer has come or not. */
function showOwnLock() {
  room.me.locked = true;
  if (["sending", "over"].includes(stage?.panel.phase() ?? "")) stage?.panel.setPhase("locked");
}

function showRoundNumber() {
  const { number } = room;
  const { rounds } = room.room;
  byId("round-words").textContent = fill(gettext("Round {number} of {rounds}"), { number, rounds });
  byId("round-share").textContent = `${number}/${rounds}`;
}

function showFollowing() {
  const again = document.getElementById("again-text");
  if (room.following && again) again.textContent = gettext("The next game is ready: join it");
}

// --- People, roles, the clock

function showRole() {
  for (const part of all(".host-only")) part.hidden = !room.me.host;
  for (const part of all(".guest-only")) part.hidden = room.me.host;
  byId("close-room").textContent = room.closed
    ? gettext("Open the room to new players")
    : gettext("Close the room to new players");
  byId("skip", HTMLButtonElement).disabled = room.phase !== "guess";
  const { collection, in_teams, kind, rounds, time_limit_s: seconds, model_plays, level } = room.room;
  const length =
    kind === "duel"
      ? fill(ngettext("{health} health each", "{health} health each", page.full_health), {
          health: points(page.full_health),
        })
      : fill(ngettext("{count} round", "{count} rounds", rounds), { count: rounds });
  const rules = [
    collection,
    in_teams ? gettext("in teams") : "",
    length,
    seconds
      ? fill(ngettext("{seconds} second per round", "{seconds} seconds per round", seconds), { seconds })
      : gettext("no time limit"),
    model_plays ? fill(gettext("the model's level: {level}"), { level }) : gettext("without the model"),
  ];
  byId("wait-rules").textContent = rules.filter(Boolean).join(" · ");
}

/**
 * Show an error in every place where the host may be looking.
 * @param {string} text
 */
function complain(text) {
  for (const note of all("[data-note]")) {
    note.textContent = text;
    note.hidden = !text;
  }
}

function showPeople() {
  if (!room) return;
  for (const list of [byId("wait-list"), byId("people-list")]) {
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    if (list.querySelector("form") && focused) continue; // a name is being typed
    const label = focused?.getAttribute("aria-label");
    list.replaceChildren(...personItems(room, order, showPeople));
    /** @type {HTMLElement | null} */
    const again = label ? list.querySelector(`[aria-label="${CSS.escape(label)}"]`) : null;
    again?.focus();
  }
  const seats = room.seats.length;
  byId("wait-count").textContent = fill(ngettext("{count} player", "{count} players", seats), { count: seats });
  const waitsForOne = room.room.kind === "duel" && !room.room.model_plays && seats < 2;
  one(byId("wait"), "[data-advance]", HTMLButtonElement).disabled = waitsForOne;
  const { number, present, locked } = room;
  const playing = room.seats.filter(
    ({ from_round, id }) => from_round <= number && (present.includes(id) || locked.includes(id)),
  ).length;
  byId("locked-count").hidden = room.phase !== "guess" || playing < 2;
  byId("locked-words").textContent = fill(gettext("Confirmed: {count} of {most}"), {
    count: locked.length,
    most: playing,
  });
  byId("locked-share").textContent = `${locked.length}/${playing}`;
  if (page.role === "screen") showScreen(playing);
  showStanding();
}

function showStanding() {
  const part = byId("standing");
  if (room.room.kind === "duel") return part.replaceChildren(...healthBars(room, page.full_health));
  const own = standings(room).find((row) => isOwn(room, row));
  part.hidden = !own || room.number < 2;
  if (own) part.textContent = fill(gettext("No. {rank} · {points}"), { rank: own.rank, points: points(own.total) });
}

function showPause() {
  byId("paused").hidden = !room.paused;
  for (const part of all("[data-pause]")) part.textContent = room.paused ? gettext("Continue") : gettext("Pause");
  if (room.phase === "guess") stage?.panel.setPhase(guessPhase());
  tick();
}

function tick() {
  if (!room || byId("play").hidden) return;
  const endsAt = room.ends_at_ms;
  byId("clock").hidden = endsAt === null || room.phase !== "guess";
  if (room.phase === "guess" && endsAt !== null) stage?.countdown.show(endsAt);
  if (room.phase === "reveal") showNext(endsAt === null ? null : endsAt - serverClock.now());
}

/** @param {number | null} left ms until the room goes on by itself */
function showNext(left) {
  const what = room.reveal?.last ? gettext("See the results") : gettext("Next round");
  const seconds = left === null || room.paused ? null : Math.max(0, Math.ceil(left / 1000));
  const waiting = room.me.host ? "" : gettext("when the host continues");
  const note =
    seconds === null ? waiting : fill(ngettext("in {seconds} second", "in {seconds} seconds", seconds), { seconds });
  byId("next").textContent = [what, note].filter(Boolean).join(" · ");
  byId("next", HTMLButtonElement).disabled = !room.me.host;
}
setInterval(tick, 200);

// --- Requests of the buttons

/** @type {Order} */
async function order(type, body) {
  const answer = await ask(type, body);
  complain(answer.ok ? "" : answer.message);
  return answer.ok;
}
for (const part of all("[data-advance]")) {
  part.addEventListener("click", () => {
    if (room.phase !== "over") order("advance", { phase: room.phase, round: room.number });
  });
}
for (const part of all("[data-pause]")) {
  part.addEventListener("click", () => order(room.paused ? "resume" : "pause", {}));
}
byId("close-room").addEventListener("click", () => order("close", { closed: !room.closed }));
for (const part of all("[data-end]")) {
  part.addEventListener("click", () => {
    const isLesson = room.room.kind === "lesson";
    if (!isSure(part, isLesson ? gettext("Yes, end the lesson") : gettext("Yes, end the game"))) return;
    byId("people", HTMLDialogElement).close();
    order("end", {});
  });
}
document.getElementById("again")?.addEventListener("click", async () => {
  if (room.following) return location.assign(room.following);
  const answer = await ask("again", {});
  complain(answer.ok ? "" : answer.message);
  if (answer.ok && answer.following) location.assign(answer.following);
});
byId("show-people").addEventListener("click", () => byId("people", HTMLDialogElement).showModal());
byId("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(page.join_url);
    byId("copy-status").textContent = gettext("Link copied. Paste it into a message to your friends.");
  } catch {
    byId("link", HTMLInputElement).select();
    byId("copy-status").textContent = gettext("Your browser blocked copying. Select the link above and copy it.");
  }
});

// --- The big screen of a lesson

/** @param {number} playing */
function showScreen(playing) {
  const guessing = room.phase === "guess";
  const next = room.reveal?.last ? gettext("See the results") : gettext("Next picture");
  const answered = fill(gettext("Confirmed: {count} of {most}"), { count: room.locked.length, most: playing });
  byId("screen").hidden = !guessing && room.phase !== "reveal";
  byId("screen-count").textContent = guessing ? answered : "";
  byId("screen-advance").textContent = guessing ? gettext("Reveal the place") : next;
  byId("screen-skip").hidden = !guessing;
}
if (page.role === "screen") {
  byId("screen-skip").addEventListener("click", () => order("skip", { round: room.number }));
  /** @type {Record<string, string>} */
  const KEYS = { n: "screen-advance", p: "screen-pause", s: "screen-skip" };
  document.addEventListener("keydown", (event) => {
    const wanted = KEYS[keyOf(event)];
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (!wanted || typing || document.querySelector("dialog[open]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || byId("screen").hidden) return;
    byId(wanted).click();
  });
}

// --- Reactions

for (const part of all("[data-reaction]")) {
  const reaction = /** @type {RoomSocket.React["reaction"]} */ (part.dataset.reaction);
  part.addEventListener("click", () => ask("react", { reaction }));
}
/** @param {RoomSocket.Reaction} news */
function showReaction({ seat, reaction }) {
  const bubble = element("p", "reaction");
  bubble.append(icon(reaction), nameOf(room, seat));
  byId("reaction-air").append(bubble);
  setTimeout(() => bubble.remove(), REACTION_SHOWN_MS);
}

addEventListener("pageshow", (event) => event.persisted && location.reload());
