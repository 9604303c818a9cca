// @ts-check
// The dialog at the end of a room that shows the clues of one of its pictures.
import { createClues, numbered } from "./clues.js";
import { byId, one } from "./dom.js";
import { createPicture } from "./picture.js";

/** The dialog with a round's picture and its clues, which must be open by then: its picture needs a size. */
function makeClueDialog() {
  const view = byId("over-picture");
  const image = one(view, "img", HTMLImageElement);
  const clues = createClues({
    over: byId("over-boxes"),
    list: byId("over-lists"),
    onChoose: (box) => picture.bring(box),
  });
  const picture = createPicture(view, clues.follow);
  image.addEventListener("load", () => {
    picture.resize(image.naturalWidth, image.naturalHeight);
    picture.showWhole();
    clues.toggle(true);
  });
  return { image, clues };
}

/** @type {ReturnType<typeof makeClueDialog> | undefined} */
let clueDialog;
/**
 * Open the dialog with this round.
 * @param {RoomSocket.FinalRound} round
 */
export function showClues({ image_url, clues }) {
  byId("over-clues", HTMLDialogElement).showModal();
  clueDialog ??= makeClueDialog();
  clueDialog.clues.toggle(false); // until the picture has come
  clueDialog.clues.replace(numbered(clues));
  clueDialog.image.src = image_url;
}
