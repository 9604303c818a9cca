"""The report of a lesson: a table of pupils and photos as rows, CSV or workbook, and the pins for the map."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from statistics import mean
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from geoguess.game.rules import points
from geoguess.game.selectors import truth
from geoguess.live.selectors import team_totals
from geoguess.models import Pin, Room, RoomRound, Seat
from pipeline.support.cells import safe_text

Cell = str | int | float | None


@dataclass(frozen=True)
class Report:
    """The revealed rounds, the pupils by points, and their pins."""

    room: Room
    rounds: list[RoomRound]
    pupils: list[Seat]
    pins: dict[tuple[int, int], Pin]  # by ids of seat and round
    teams: dict[str, int]

    def total(self, seat: Seat) -> int:
        """The pupil's total points."""
        return sum(points(pin.score) for (owner, _round), pin in self.pins.items() if owner == seat.pk)

    def pins_of(self, round_: RoomRound) -> dict[int, Pin]:
        """The round's pins by seat id."""
        return {seat: pin for (seat, round_id), pin in self.pins.items() if round_id == round_.pk}

    def class_mean(self, round_: RoomRound) -> tuple[float, float] | None:
        """Mean points and mean distance in km of the pupils with a pin; None without pins."""
        pins = self.pins_of(round_).values()
        return (mean(points(pin.score) for pin in pins), mean(pin.distance_km or 0.0 for pin in pins)) if pins else None


def report_of(room: Room) -> Report:
    """The report of a lesson, which may still be going on: it contains the revealed rounds only."""
    rounds = list(room.rounds.filter(revealed_at__isnull=False).select_related("photo"))
    scored_pins = Pin.objects.filter(round__in=rounds, score__isnull=False, seat__removed_at__isnull=True)
    pins = {(pin.seat_id, pin.round_id): pin for pin in scored_pins}
    report = Report(room, rounds, [], pins, team_totals(room) if room.in_teams else {})
    report.pupils.extend(sorted(room.seats.filter(removed_at__isnull=True), key=report.total, reverse=True))
    return report


def table(report: Report) -> list[list[Cell]]:
    """Rows of cells: the header, one row per pupil, the mean of the class, the model."""
    in_teams = report.room.in_teams
    header: list[Cell] = [_("Pupil"), *([_("Team")] if in_teams else []), _("Points")]
    for round_ in report.rounds:
        picture = {"number": round_.number, "place": round_.photo.place or round_.photo.state}
        header += [_("%(number)d. %(place)s: points") % picture, _("%(number)d. %(place)s: km") % picture]
    rows = [header]
    for seat in report.pupils:
        row: list[Cell] = [seat.name, *([seat.team] if in_teams else []), report.total(seat)]
        for round_ in report.rounds:
            pin = report.pins.get((seat.pk, round_.pk))
            row += [points(pin.score), round(pin.distance_km or 0.0, 1)] if pin else [None, None]
        rows.append(row)
    totals = [report.total(seat) for seat in report.pupils]
    mean_row: list[Cell] = [_("Class average"), *([""] if in_teams else [])]
    mean_row.append(round(mean(totals), 1) if totals else None)
    model_row: list[Cell] = [_("The model"), *([""] if in_teams else [])]
    model_row.append(sum(points(round_.model_score) for round_ in report.rounds))
    for round_ in report.rounds:
        means = report.class_mean(round_)
        mean_row += [round(figure, 1) for figure in means] if means else [None, None]
        model_row += [points(round_.model_score), round(round_.model_distance_km, 1)]
    return [*rows, mean_row, model_row]


def as_csv(report: Report) -> str:
    """The table as CSV, with a byte order mark, by which spreadsheets recognise UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([[safe_cell(cell) for cell in row] for row in table(report)])
    return "\ufeff" + out.getvalue()


def as_workbook(report: Report) -> bytes:
    """The table as an XLSX file."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("Lesson")
    for row in table(report):
        sheet.append([safe_cell(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 24
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def safe_cell(cell: Cell) -> Cell:
    """The cell without characters that workbooks forbid, and no formula."""
    return safe_text(ILLEGAL_CHARACTERS_RE.sub("", cell)) if isinstance(cell, str) else cell


def for_map(report: Report) -> list[dict[str, Any]]:
    """The rounds for the map: truth, the model's guess, the class's pins and mean points."""
    names = {seat.pk: seat.name for seat in report.pupils}
    return [
        {
            "number": round_.number,
            "truth": truth(round_.photo),
            "model": {
                "latitude": round_.model_latitude,
                "longitude": round_.model_longitude,
                "distance_km": round_.model_distance_km,
                "score": points(round_.model_score),
            }
            if report.room.model_plays
            else None,
            "pins": [
                {"name": names[seat], "latitude": pin.latitude, "longitude": pin.longitude, "score": points(pin.score)}
                for seat, pin in report.pins_of(round_).items()
            ],
            "mean": means[0] if (means := report.class_mean(round_)) else None,
        }
        for round_ in report.rounds
    ]
