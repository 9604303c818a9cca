"""The option by which commands that learn or measure use photos that wait for a review."""

from __future__ import annotations

from argparse import ArgumentParser


def add_unreviewed(parser: ArgumentParser) -> None:
    """Add ``--unreviewed``."""
    parser.add_argument(
        "--unreviewed",
        action="store_true",
        help="use photos that wait for a review, too, not only approved ones; either way their number is printed",
    )
