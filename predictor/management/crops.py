"""The option ``--crops`` of commands that look at pictures."""

from __future__ import annotations

from argparse import ArgumentParser

from predictor.pictures.picture_views import MAX_CROPS


def add_crops(parser: ArgumentParser) -> None:
    """Add the option that says how many views of a picture are averaged: the whole of it, and crops."""
    parser.add_argument(
        "--crops",
        type=int,
        default=1,
        choices=range(1, MAX_CROPS + 1),
        help="views of each picture to average: all of it and, from 2 on, crops of it (default 1: no crops)",
    )
