"""Number plates: state code, office, series and number, by the Central Motor Vehicles Rules 1989 (rule 50)."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.solid import Wall
from pipeline.scenes.text import line

# The highest number of a registering office in use, by state code.
LAST_OFFICE = {
    "AN": 1,
    "AP": 39,
    "AR": 26,
    "AS": 34,
    "BR": 57,
    "CG": 30,
    "CH": 4,
    "DD": 3,
    "DL": 13,
    "GA": 12,
    "GJ": 38,
    "HP": 99,
    "HR": 99,
    "JH": 24,
    "JK": 22,
    "KA": 70,
    "KL": 86,
    "LA": 2,
    "LD": 9,
    "MH": 50,
    "ML": 14,
    "MN": 7,
    "MP": 70,
    "MZ": 9,
    "NL": 10,
    "OD": 35,
    "PB": 91,
    "PY": 5,
    "RJ": 58,
    "SK": 8,
    "TG": 38,
    "TN": 99,
    "TR": 8,
    "UK": 20,
    "UP": 96,
    "WB": 98,
}
FIRST_OFFICE = {"UP": 11}
DELHI_CLASS = {"car": "C", "auto": "R", "taxi": "T", "bus": "P", "truck": "L", "scooter": "S"}
SERIES = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # I and O are left out: they read as 1 and 0
COMMERCIAL = {"auto", "taxi", "bus", "truck"}


def plate_number(code: str, vehicle: str, rng: np.random.Generator) -> str:
    """A plausible number such as "KL 07 AB 1234"; Delhi puts a letter for the kind of vehicle after the office."""
    office = int(rng.integers(FIRST_OFFICE.get(code, 1), LAST_OFFICE[code] + 1))
    series = "".join(SERIES[int(i)] for i in rng.integers(0, len(SERIES), 2))
    number = int(rng.integers(1, 10000))
    if code == "DL":
        return f"DL {office}{DELHI_CLASS[vehicle]} {series} {number:04d}"
    return f"{code} {office:02d} {series} {number:04d}"


def fix_plate(
    wall: Wall, u: float, v: float, code: str, vehicle: str, rng: np.random.Generator, wide: float = 0.5
) -> None:
    """Draw a plate on a face, centred at (u, v), and add its clue; commercial vehicles have yellow plates."""
    number = plate_number(code, vehicle, rng)
    ground = "#f2c62b" if vehicle in COMMERCIAL else "#f7f5ee"
    tall = wide * 0.26
    wall.patch(u - wide / 2 - 0.015, v - tall / 2 - 0.015, u + wide / 2 + 0.015, v + tall / 2 + 0.015, "#202226")
    wall.patch(u - wide / 2, v - tall / 2, u + wide / 2, v + tall / 2, ground)
    wall.write(line(number, "Latin", tall * 0.86, "#17181b", max_width=wide * 0.94, weight=700), u, v - tall * 0.3)
    if wall.visible:
        corners = wall.quad(u - wide / 2, v - tall / 2, u + wide / 2, v + tall / 2)
        wall.solid.clue("plate", f"Number plate {number}: registered in {code}", corners)
