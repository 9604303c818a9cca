"""The option ``--crops`` of commands that look at pictures."""

from __future__ import annotations

from argparse import ArgumentParser

from predictor.pictures.picture_views import MOST_CROPS


def add_crops(parser: ArgumentParser) -> None:
    """How many views of a picture are averaged: the whole of it, and crops."""
    parser.add_argument(
        "--crops",
        type=int,
        default=1,
        choices=range(1, MOST_CROPS + 1),
        help="views of each picture to average: all of it and, from 2 on, crops of it (default 1: no crops)",
    )
