"""Boxes of the lines that stand on the signs of newly drawn scenes, with the scripts that they are really in.

A scene is drawn with the letters of a script and without them: where the two differ, these letters are to be seen.
What stands together is a line, and its box has some room, as a detector's box has.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image
from scipy import ndimage

from pipeline.reading.native_measures import plain
from pipeline.scenes.place import Place, place_at
from pipeline.scenes.scene import draw_scene
from pipeline.scenes.signs import BUS_STOP, SHOPS
from pipeline.starter.places import places_of_split

FIRST_SEED = 950_000  # no scene that ships, was learnt from or looked at while choosing has so high a seed
WIDTH = 1600  # px of the scenes
SEEN = 24  # levels of any colour between the scene with the letters and without them
APART = (3, 17)  # px, down and across, within which letters belong to one line
LEAST_PX = 9  # height of a line; what is smaller nobody reads
ROOM = 0.15  # of the height, added on each side


def lines_of_scenes(scenes: int) -> Iterator[tuple[Image.Image, str]]:
    """The box and the script of each line in that many new scenes."""
    return ((box, script) for box, script, _ in _lines(scenes))


def native_lines_of_scenes(scenes: int) -> Iterator[tuple[Image.Image, str, frozenset[str]]]:
    """The box and the script of each line in Indian letters, and the words that lines of its scene can have."""
    for box, script, place in _lines(scenes):
        if script != "Latin":
            texts = [town.local_name or "" for town in place.towns]
            texts += [text for names in (BUS_STOP, *SHOPS.values()) for text in names.values()]
            yield box, script, frozenset(word for text in texts for word in plain(text, script).split())


def _lines(scenes: int) -> Iterator[tuple[Image.Image, str, Place]]:
    for number, position in enumerate(places_of_split(scenes, FIRST_SEED, "test")[:scenes]):
        place, seed = place_at(*position), FIRST_SEED + number
        scene = draw_scene(place, seed, WIDTH)
        for script in dict.fromkeys(("Latin", place.script)):
            bare = draw_scene(place, seed, WIDTH, script).drawing
            letters = np.abs(scene.drawing.astype(np.int16) - bare).max(axis=2) > SEEN
            joined, _ = ndimage.label(ndimage.binary_closing(letters, np.ones(APART)))
            for rows, columns in ndimage.find_objects(joined):
                tall, wide = rows.stop - rows.start, columns.stop - columns.start
                if tall >= LEAST_PX and wide >= tall:
                    room = round(ROOM * tall)
                    box = (columns.start - room, rows.start - room, columns.stop + room, rows.stop + room)
                    yield scene.image.crop(box), script, place
