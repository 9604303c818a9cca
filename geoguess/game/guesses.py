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
            raise InvalidGuess(_("The pin has no valid position. Move it and try again."))
    try:
        numbers = float(latitude), float(longitude)  # type: ignore[arg-type]
    except OverflowError:
        raise InvalidGuess(_("The pin has no valid position. Move it and try again.")) from None
    if not all(map(math.isfinite, numbers)):
        raise InvalidGuess(_("The pin has no valid position. Move it and try again."))
    if not -90 <= numbers[0] <= 90:
        raise InvalidGuess(_("The pin has no valid position. Move it and try again."))
    return Position(numbers[0], wrap_longitude(numbers[1]))
