"""All models of the game, one file per subject, imported from here; ``player_names`` has the rules of names."""

from geoguess.models.games import Game, Round, Series, SeriesPhoto
from geoguess.models.lessons import LessonPlan, LessonStep
from geoguess.models.players import Player, new_token
from geoguess.models.rooms import Pin, Room, RoomRound, Seat

__all__ = [
    "Game",
    "LessonPlan",
    "LessonStep",
    "Pin",
    "Player",
    "Room",
    "RoomRound",
    "Round",
    "Seat",
    "Series",
    "SeriesPhoto",
    "new_token",
]
