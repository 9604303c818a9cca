"""Validation of guesses that browsers send, with error messages in the player's language."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _

from geoguess.game.rules import Position
from predictor.geodesy import wrap_longitude


class InvalidGuess(ValueError):
    """The guess is not a position; the message is shown to the player."""


def parse_guess(latitude: object, longitude: object) -> Position:
    """The position a browser sent. Raises InvalidGuess."""
    for value in (latitude, longitude):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidGuess(_("A guess needs a latitude and a longitude, both numbers in degrees."))
    try:
        numbers = float(latitude), float(longitude)  # type: ignore[arg-type]
    except OverflowError:
        raise InvalidGuess(_("A guess must be a finite position.")) from None
    if not all(map(math.isfinite, numbers)):
        raise InvalidGuess(_("A guess must be a finite position."))
    if not -90 <= numbers[0] <= 90:
        raise InvalidGuess(_("The latitude must lie between -90 and 90 degrees."))
    return Position(numbers[0], wrap_longitude(numbers[1]))
