"""Draws a contact sheet of scenes for review: `python -m pipeline.scenes.contact_sheet OUT.jpg`."""

from __future__ import annotations

import argparse

from PIL import Image, ImageDraw

from pipeline.scenes.place import draw_places, place_at
from pipeline.scenes.regions import REGIONS
from pipeline.scenes.scene import draw_scene

DRAWN = 4000  # places to pick from


def main() -> None:
    """Draw places, take the first few of each state, and paste their scenes in rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--per-state", type=int, default=3)
    parser.add_argument("--width", type=int, default=400)
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--state", action="append", help="only this state (may be given again)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    remaining = dict.fromkeys(options.state or REGIONS, options.per_state)
    pictures = []
    for number, (latitude, longitude) in enumerate(draw_places(DRAWN, options.seed)):
        if not any(remaining.values()):
            break
        place = place_at(latitude, longitude)
        if remaining.get(place.state):
            remaining[place.state] -= 1
            scene = draw_scene(place, options.seed + number, options.width)
            ImageDraw.Draw(scene.image).text(
                (5, 4),
                f"{place.state} {scene.setting} {scene.season}",
                fill="white",
                stroke_width=1,
                stroke_fill="black",
            )
            pictures.append((place.state, scene.image))
    pictures.sort(key=lambda item: item[0])
    wide, tall = pictures[0][1].size
    rows = -(-len(pictures) // options.columns)
    sheet = Image.new("RGB", (wide * options.columns, tall * rows), "white")
    for number, (_, image) in enumerate(pictures):
        sheet.paste(image, (number % options.columns * wide, number // options.columns * tall))
    sheet.save(options.out, quality=90)


if __name__ == "__main__":
    main()
