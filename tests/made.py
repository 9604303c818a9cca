"""A small model made of random photos around four cities: enough to save, load, predict and answer with.

Training takes seconds in each process, so the trained model lies in ``data/made``, and ``python -m tests.made`` trains
it anew. A test compares it with what training gives today.
"""

from __future__ import annotations

import hashlib
import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from pipeline.metadata import metadata_of
from pipeline.training.folds import grouped_folds
from pipeline.training.learning import Photos
from pipeline.training.train import train_artifact
from pipeline.training.trusting import no_matches
from predictor.answers.artifact import Artifact, load_artifact
from predictor.encoders.loading import REGISTRY, load_encoder
from predictor.pictures.images import decode, perceptual_hash
from tests import tiny

CITIES = ((28.61, 77.21), (19.08, 72.88), (13.08, 80.27), (22.57, 88.36))
MADE = Path(__file__).parent / "data" / "made"
COLOURS = ((200, 60, 40), (40, 160, 60), (50, 70, 190), (200, 180, 60))


def picture(seed: int) -> bytes:
    """A JPEG whose colours tell the city ``seed % 4``, and whose shapes tell it from all others."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (120, 80), COLOURS[seed % 4])
    draw = ImageDraw.Draw(image)
    for _ in range(8):
        x, y, r = (int(rng.integers(low, high)) for low, high in ((0, 120), (0, 80), (5, 30)))
        colour = np.clip(np.array(COLOURS[seed % 4]) + rng.integers(-60, 60, 3), 0, 255)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(int(v) for v in colour))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


def position(seed: int) -> tuple[float, float]:
    """Near the city ``seed % 4``."""
    latitude, longitude = CITIES[seed % 4]
    spread = np.random.default_rng(seed).uniform(-0.3, 0.3, 2)
    return latitude + float(spread[0]), longitude + float(spread[1])


@cache
def made_artifact() -> Artifact:
    """The committed model, for the encoder ``tiny``; the hash of every file is checked."""
    return load_artifact(MADE)


def new_artifact(encoder_name: str, count: int = 60) -> Artifact:
    """Trained on the pictures 0 to ``count``."""
    encoder = load_encoder(encoder_name)
    images = [picture(seed) for seed in range(count)]
    places = np.array([position(seed) for seed in range(count)])
    photos = Photos(
        encoder.encode(decode(image) for image in images),
        places[:, 0],
        places[:, 1],
        np.array([hashlib.sha256(image).hexdigest() for image in images]),
        np.array([perceptual_hash(decode(image)) for image in images], np.uint64),
        metadata_of(places[:, 0], places[:, 1], [None] * count, [[]] * count),
        no_matches(count),
    )
    return train_artifact(photos, grouped_folds(np.arange(count), 1), encoder=encoder, collection="Made", seed=1)


if __name__ == "__main__":
    REGISTRY[tiny.NAME] = tiny.tiny
    new_artifact(tiny.NAME).save(MADE)
