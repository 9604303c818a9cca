"""What the commands that train the reader's networks have in common: their arguments."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser


class NetworkCommand(BaseCommand):
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fonts", type=Path, help="folder with the fonts that pipeline/reading/fonts.py names")
        parser.add_argument("--further", action="store_true", help="train the weights that ship further, not anew")
        parser.add_argument("--measure-only", action="store_true", help="measure the weights that ship")
