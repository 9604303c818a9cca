// @ts-check
// The picture of a round: whether it has come, its buttons, and seeing it again over the map, with its clues.
import { createClues, numbered } from "./clues.js";
import { announce, byId, one } from "./dom.js";
import { createPicture } from "./picture.js";
import { fill } from "./words.js";

/** @param {HTMLElement} page */
export function createPanelPicture(page) {
  const view = byId("picture");
  const image = one(view, "img", HTMLImageElement);
  const clues = createClues({
    over: byId("clue-boxes"),
    list: byId("clue-lists"),
    seen,
    onChoose: (box) => picture.bring(box),
  });
  const picture = createPicture(view, clues.follow);
  const clueButtons = [byId("clues-show"), byId("picture-clues")];
  let clueCount = 0;
  let cluesShown = false;

  /** @param {"loading" | "ready" | "error"} name */
  const setState = (name) => {
    view.dataset.state = name;
    one(view, ".picture-error").hidden = name !== "error";
  };
  image.addEventListener("load", () => setState("ready"));
  image.addEventListener("error", () => setState("error"));
  if (image.complete && image.getAttribute("src")) setState(image.naturalWidth ? "ready" : "error");
  byId("picture-retry").addEventListener("click", () => {
    setState("loading");
    image.src = `${image.src.split("?")[0]}?again=${Date.now()}`;
  });
  byId("picture-in").addEventListener("click", () => picture.zoomBy(1.5));
  byId("picture-out").addEventListener("click", () => picture.zoomBy(1 / 1.5));
  byId("picture-reset").addEventListener("click", () => picture.reset());
  for (const button of clueButtons) button.addEventListener("click", toggleClues);
  clueButtons[1].setAttribute("aria-pressed", "false");
  byId("picture-close").addEventListener("click", () => {
    look(false);
    byId("picture-open").focus();
  });

  /** @param {boolean} shown over the map, which comes first after the reveal and on a pupil's pad */
  function look(shown) {
    page.classList.toggle("picture-on-top", shown);
    byId("picture-close").hidden = !shown;
    if (!shown) showClues(false);
  }

  /** The part of the view that neither the head-up display nor the buttons lie over. */
  function seen() {
    const { top, width } = view.getBoundingClientRect();
    const [hud, tools] = [".hud", ".picture-tools"].map((part) => one(page, part).getBoundingClientRect());
    return { left: 0, top: Math.max(0, hud.bottom - top), right: width, bottom: tools.top - top };
  }

  /** @param {boolean} shown as boxes on the picture and as a list */
  function showClues(shown) {
    const within = document.activeElement?.closest("#clue-boxes, #clue-lists");
    cluesShown = shown;
    if (shown) {
      look(true);
      picture.showWhole();
    }
    clues.toggle(shown);
    const [main, tool] = clueButtons;
    main.textContent = shown ? gettext("Hide clues") : gettext("Show clues");
    main.setAttribute("aria-expanded", String(shown));
    tool.setAttribute("aria-pressed", String(shown));
    if (within && !shown) main.focus({ preventScroll: true });
  }
  function toggleClues() {
    showClues(!cluesShown);
    if (!cluesShown) return;
    byId("clues").scrollIntoView({ block: "start", behavior: "instant" });
    const words = ngettext(
      "{count} clue is boxed in the picture.",
      "{count} clues are boxed in the picture.",
      clueCount,
    );
    announce(fill(words, { count: clueCount }));
  }
  /** @param {RoomSocket.Clues} shown of a revealed picture */
  function setClues(shown) {
    const all = numbered(shown);
    clueCount = all.length;
    clues.replace(all);
    for (const id of ["clues", "picture-clues"]) byId(id).hidden = !clueCount;
  }

  return {
    /** @param {RoomSocket.Picture} picture of a new round */
    show({ url, width, height }) {
      look(false);
      setClues({ known: [], found: [], names: {} });
      setState("loading");
      image.src = url;
      picture.resize(width, height);
    },
    lookAgain() {
      look(true);
      byId("picture-close").focus();
    },
    setClues,
    toggleClues: () => clueCount && toggleClues(),
    isOnTop: () => page.classList.contains("picture-on-top"),
  };
}
