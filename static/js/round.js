// @ts-check
// The round page: pin, clock, guess, reveal. The server decides deadlines and scores.
import { get, post } from "./api.js";
import { ServerClock } from "./clock.js";
import { createCountdown, GRACE_MS } from "./countdown.js";
import { byId, pageData } from "./dom.js";
import { createGuessPanel } from "./guess_panel.js";
import { reveal } from "./reveal.js";
import { noSocket, openSocket, TOO_MANY, tooManyTabs } from "./socket.js";
import { showNamedState } from "./streak.js";

const RESULT = ["truth", "player", "model", "totals"]; // what a result is read for
const OWN_ANSWER_MS = 2000;

/** @type {RoundPage} */
const state = pageData("round-state");
const serverClock = new ServerClock(state.server_now_ms);

/** @type {ReturnType<typeof openSocket> | undefined} */
let socket;
let fetching = false;

// Phases: guess → sending → guess | revealed; "over" while a locked round waits for its result.
const panel = createGuessPanel({
  basemap: state.basemap,
  bounds: state.bounds,
  tileUrl: state.tile_url,
  labels: { sending: gettext("Sending…"), over: gettext("Time is up…") },
  onDraft: sendDraft,
  onConfirm: confirm,
  onGoOn: () => byId("next").click(),
});

/**
 * Store the draft. In a streak the answer contains the state that the pin lies in.
 * @param {Position} position
 */
async function sendDraft(position) {
  const { body } = await post(state.urls.draft, position);
  showNamedState(body.state);
}

async function confirm() {
  panel.setPhase("sending");
  const { status, body } = await post(state.urls.guess, panel.position() ?? {}, RESULT);
  if (status === 200) return finish(body);
  if (panel.phase() !== "sending") return; // another tab or the clock has locked the round, and its result is being fetched
  panel.setPhase("guess", `${body.error} ${gettext("Your pin is kept.")}`);
}

/** Fetch the result of a round that the clock or another tab has locked, retrying until it succeeds. */
async function fetchResult() {
  if (fetching || panel.phase() === "revealed") return;
  fetching = true;
  panel.setPhase("over");
  for (let pause = 300; panel.phase() !== "revealed"; pause = Math.min(pause * 2, 10_000)) {
    const { status, body } = await get(state.urls.result, RESULT);
    if (status === 200) return finish(body);
    const wait = status === 425 ? body.retry_ms : pause;
    panel.setPhase("over", status === 425 ? "" : gettext("The site cannot be reached. Trying again…"));
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/**
 * @param {RoundResult} result
 * @param {{animate?: boolean}} [how]
 */
function finish(result, { animate = true } = {}) {
  if (panel.phase() === "revealed") return;
  socket?.close();
  clearInterval(ticker);
  byId("clock").hidden = true;
  byId("connection").hidden = true;
  panel.setPhase("revealed");
  panel.setClues(result.clues);
  reveal(panel.board, result, state, { animate });
}

// --- The clock and the socket

const countdown = createCountdown({ now: () => serverClock.now(), panel, sendPin: sendDraft });
function tick() {
  if (state.deadline_ms === null) return;
  const left = countdown.show(state.deadline_ms);
  if (left <= -GRACE_MS && panel.phase() === "over") fetchResult();
}
const ticker = state.deadline_ms && !state.result ? setInterval(tick, 200) : undefined;
if (ticker) tick();

/** @type {number | undefined} */
let disconnectedTimer;
let wasConnected = false;
function showConnection() {
  const text = navigator.onLine
    ? ""
    : gettext("You are offline. Your pin is kept: continue when the connection is back.");
  byId("connection").textContent = text;
  byId("connection").hidden = !text || panel.phase() === "revealed";
}
addEventListener("online", showConnection);
addEventListener("offline", showConnection);

if (!state.result) {
  socket = openSocket(state.urls.socket, {
    onState(connected) {
      clearTimeout(disconnectedTimer);
      wasConnected ||= connected;
      if (connected) return showConnection();
      disconnectedTimer = setTimeout(() => {
        if (!state.deadline_ms || !navigator.onLine || panel.phase() === "revealed") return;
        byId("connection").textContent = wasConnected
          ? gettext("Reconnecting… the clock is still running.")
          : noSocket();
        byId("connection").hidden = false;
      }, 3000);
    },
    onGone(code) {
      if (code !== TOO_MANY || panel.phase() === "revealed") return;
      byId("connection").textContent = tooManyTabs();
      byId("connection").hidden = false;
    },
    onMessage(/** @type {RoundSocket.Message} */ message) {
      if (message.type === "pong") serverClock.learn(message.t, message.server_now_ms);
      const locked = message.type === "locked" || (message.type === "snapshot" && message.locked);
      if (!locked) return;
      if (panel.phase() !== "sending") fetchResult();
      else setTimeout(fetchResult, OWN_ANSWER_MS); // most likely it is the own guess, and its answer is under way
    },
  });
}

// --- Start in the state that the page contains

if (state.draft) panel.putPin(state.draft);
if (state.result) finish(state.result, { animate: false });
addEventListener("pageshow", (event) => event.persisted && location.reload());
