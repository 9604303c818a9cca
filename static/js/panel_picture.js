// @ts-check
// The picture of a round: whether it has come, its buttons, and seeing it again over the map.
import { byId, one } from "./dom.js";
import { createPicture } from "./picture.js";

/** @param {HTMLElement} page */
export function createPanelPicture(page) {
  const view = byId("picture");
  const image = one(view, "img", HTMLImageElement);
  const picture = createPicture(view);

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
  byId("picture-close").addEventListener("click", () => {
    look(false);
    byId("picture-open").focus();
  });

  /** @param {boolean} shown over the map, which comes first after the reveal and on a pupil's pad */
  function look(shown) {
    page.classList.toggle("picture-on-top", shown);
    byId("picture-close").hidden = !shown;
  }

  return {
    /** @param {RoomSocket.Picture} picture of a new round */
    show({ url, width, height }) {
      look(false);
      setState("loading");
      image.src = url;
      picture.resize(width, height);
    },
    lookAgain() {
      look(true);
      byId("picture-close").focus();
    },
    isOnTop: () => page.classList.contains("picture-on-top"),
  };
}
