"""``python -m tests.keep_site FOLDER``: play on a new site, and keep its data folder for the tests of later code.

It made tests/data/site.tar.xz and site.json at the commit that tests/data/README.md names, and is kept to show how. To
keep a site of other code, run it there, into another folder.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import timm
from PIL import Image, ImageDraw

from predictor.encoders.encoder import Preparation
from predictor.encoders.tuned import TunedEncoder, save_tuned
from tests.geoguess.test_kept_site import NOTES, PASSWORD, SITE, STEPS, unpacked
from tests.served import Browser, Served, until

KEPT = ("db.sqlite3", "secret_key", "store", "originals", "models", "encoders", "jobs", "question.jpg")
COLLECTION, SLUG, ENCODER = "Drawn places", "drawn-places", "drawn"
SOUTH_WEST, NORTH_EAST = (8.0, 69.0), (34.0, 96.0)


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="gg-") as made:
        notes = _live(Path(made))
        _settle(Path(made) / "db.sqlite3")
        with tarfile.open(folder / SITE, "w:xz", preset=9) as archive:
            for name in KEPT:
                archive.add(Path(made) / name, name)
    (folder / NOTES).write_text(json.dumps(notes))
    with unpacked(folder / SITE) as data:
        site = Served(data)
        try:
            site.start()
            notes["seen"] = {name: step(site, notes) for name, step in STEPS.items()}
        finally:
            site.stop()
    (folder / NOTES).write_text(json.dumps(notes, indent=1, ensure_ascii=False) + "\n")
    print(f"{(folder / SITE).stat().st_size:,} bytes")


def _live(data: Path) -> dict:
    """All that happens on the site; what a test must know of it."""
    _encoder(data / "encoders" / ENCODER)
    site = Served(data)
    try:
        site.start()
        site.start_worker()
        asha, guest, pupil = (Browser(site) for _ in range(3))
        names = {"username": "asha", "email": "", "password1": PASSWORD, "password2": PASSWORD}
        asha.post("/accounts/signup/", names)
        site.manage("shell", "-c", _SHE_IS_ADMIN)
        versions = _versions(site, asha)
        site.manage("exhibit", "--collection", COLLECTION, "--each", "1")

        solo = _played(asha, _begun(asha, "/play/", {"collection": SLUG, "level": "traveller"}))
        challenge = asha.post(f"/g/{solo}/challenge/").path
        answer = _played(guest, _begun(guest, challenge))
        daily = _played(asha, _begun(asha, "/daily/"))
        streak = _played(asha, _begun(asha, "/streak/play/", {"collection": SLUG}))
        room = _room(asha, guest)
        plan, lesson = _lesson(site, asha, pupil)
        asha.post(f"/workshop/collections/{SLUG}/act", {"act": "take_out", "photos": 1})
        unfinished = _begun(guest, "/play/", {"collection": SLUG})
        _played(guest, unfinished, leave_open=True)

        site.stop("worker")
        (data / "question.jpg").write_bytes(_picture(999, 25.3, 83.0))
        queued = asha.post(f"/workshop/collections/{SLUG}/act", {"act": "export"}).path
        soon = datetime.now(ZoneInfo("Asia/Kolkata")) + timedelta(seconds=3)
        due = {
            "name": "Look again",
            "time_of_day": f"{soon:%H:%M:%S}",
            "weekday": "",
            "enabled": "on",
            "job-version": "",
        }
        page = asha.post("/workshop/schedules/new/repredict/", due)
        assert "Look again" in page.words(), page.words()
        time.sleep(3)  # until it is due
        return {
            "sessions": {"asha": asha.cookie("sessionid"), "guest": guest.cookie("sessionid")},
            "games": {"solo": ["asha", solo], "challenge": ["guest", answer], "daily": ["asha", daily]}
            | {"streak": ["asha", streak]},
            "unfinished": unfinished,
            "challenge": challenge,
            "day": f"{soon:%Y-%m-%d}",
            "room": room,
            "lesson": {"plan": plan, "session": lesson},
            "versions": versions,
            "queued": queued,
        }
    except BaseException:
        print(site.log.read_text()[-3000:], file=sys.stderr)
        raise
    finally:
        site.stop()


_SHE_IS_ADMIN = """
from django.contrib.auth.models import Group, User
user = User.objects.get(username="asha")
user.is_staff = True
user.save()
user.groups.set(Group.objects.filter(name__in=["Admins", "Educators"]))
"""


def _settle(database: Path) -> None:
    """One file without a journal; the sessions last for ever, as a test has no year in which it must run."""
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE django_session SET expire_date = '9999-01-01 00:00:00'")
        connection.execute("DELETE FROM predictor_worker")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("VACUUM")
    connection.close()


# --- Models


def _encoder(folder: Path) -> None:
    """A network of 100,000 random weights, each one of five values, so that they pack into 36 kB.

    It tells colours from each other, and a model is trained on what it says; it is no part of the shipped weights,
    which may change.
    """
    chance = np.random.default_rng(1)
    weights = {
        name: tensor.numpy()
        for name, tensor in timm.create_model("test_efficientnet", num_classes=0).state_dict().items()
    }
    for name, array in weights.items():
        if array.ndim == 4:
            scale = np.sqrt(1 / np.prod(array.shape[1:]))
            weights[name] = (chance.integers(-2, 3, array.shape) * scale).astype(np.float32)
    preparation = Preparation((64, 96), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    save_tuned(folder, weights, TunedEncoder("timm:test_efficientnet", asdict(preparation), [], {"made": "by chance"}))


def _versions(site: Served, asha: Browser) -> list[str]:
    """Two versions, each trained and promoted by jobs; the second has seen more photos, and serves."""
    names = []
    for count in (55, 75):
        _import(site, count)
        wanted = {"collection": SLUG, "encoder": f"tuned:{ENCODER}", "seed": count, "boundaries": "", "changes": ""}
        trained = _job(asha, "retrain", wanted)
        names.append(trained["result"]["links"][0][0])
        _job(asha, "promote", {"version": names[-1], "collection": "", "reason": "It is all there is"})
    _job(asha, "repredict", {"version": names[0]})  # so that the way back is open
    _job(asha, "evaluate", {"version": names[-1], "collection": SLUG})
    return names


def _job(asha: Browser, kind: str, parameters: dict) -> dict:
    """A job from the start to its end, as its page shows it."""
    address = asha.post(f"/admin/pipeline/job/start/{kind}/", parameters).path
    assert address.endswith("/change/"), address

    def ended() -> dict | None:
        shown = asha.get(address).state("job-snapshot")
        return None if shown["active"] else shown

    found = until(ended)
    assert found["status"] == "succeeded", found
    return found


def _import(site: Served, count: int) -> None:
    """The first ``count`` drawn places; those that are there already stay as they are."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "manifest.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "latitude", "longitude", "precision_km", "author", "licence"])
            for number, (latitude, longitude) in enumerate(_places(count)):
                (folder / f"{number:03}.jpg").write_bytes(_picture(number, latitude, longitude))
                writer.writerow([f"{number:03}.jpg", latitude, longitude, 0.1, "Drawn by code", "CC0 1.0"])
        print(site.manage("import_photos", name, "--collection", COLLECTION, "--reviewed", "--no-predict"))


def _places(count: int) -> Iterable[tuple[float, float]]:
    """Positions in degrees, spread over the middle of India."""
    chance = np.random.default_rng(7)
    for _ in range(count):
        latitude = chance.uniform(11, 30)
        west, east = (75.2, 79.0) if latitude < 17 else (74.0, 81.0) if latitude < 22 else (75.0, 84.0)
        yield round(latitude, 4), round(chance.uniform(west, min(east, 79.5) if latitude > 27 else east), 4)


def _picture(number: int, latitude: float, longitude: float) -> bytes:
    """A JPEG whose ground tells where it is: red grows to the north, blue to the east; discs tell it from others."""
    chance = np.random.default_rng(number)
    image = Image.new("RGB", (120, 80), _colour(latitude, longitude))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y, r = (int(chance.integers(low, high)) for low, high in ((10, 110), (10, 70), (5, 20)))
        draw.ellipse(
            (x - r, y - r, x + r, y + r), fill=(*_colour(latitude, longitude)[:1], int(chance.integers(255)), 90)
        )
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _colour(latitude: float, longitude: float) -> tuple[int, int, int]:
    north, east = (
        (value - low) / (high - low)
        for value, low, high in zip((latitude, longitude), SOUTH_WEST, NORTH_EAST, strict=True)
    )
    return round(255 * north), 120, round(255 * east)


def _seen_in(picture: bytes) -> dict[str, float]:
    """Where a player who knows how the pictures are drawn puts the pin."""
    red, _, blue = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))[2:12, 2:12].reshape(-1, 3).mean(0) / 255
    return {
        "latitude": round(SOUTH_WEST[0] + red * (NORTH_EAST[0] - SOUTH_WEST[0]), 3),
        "longitude": round(SOUTH_WEST[1] + blue * (NORTH_EAST[1] - SOUTH_WEST[1]), 3),
    }


# --- Games


def _begun(player: Browser, address: str, fields: dict | None = None) -> str:
    """The token of a new game."""
    return player.post(address, fields or {}).path.split("/")[2]


def _played(player: Browser, token: str, *, leave_open: bool = False) -> str:
    """Play a game to its end, or up to its last round, which stays open."""
    for number in range(1, 101):
        state = player.get(f"/g/{token}/{number}/").state("round-state")
        guess = _seen_in(player.get(state["image_url"]).body)
        if leave_open and number == state["rounds"]:
            player.post(state["urls"]["draft"], body=guess)
            break
        if state["streak"] == 2:  # far enough
            guess = {"latitude": 34.15, "longitude": 77.58}
        if player.post(state["urls"]["guess"], body=guess).json()["last"]:
            break
    return token


def _room(asha: Browser, guest: Browser) -> str:
    """The code of a room in which two have played two rounds."""
    opened = {"collection": SLUG, "kind": "room", "rounds": 2, "time_limit": "", "model_plays": "on"}
    code = asha.post("/rooms/new", opened).path.split("/")[2]
    guest.post("/rooms/join", {"code": code, "name": "Ravi"})
    _play_live(code, asha, [asha, guest], rounds=2)
    return code


def _lesson(site: Served, asha: Browser, pupil: Browser) -> tuple[int, int]:
    """The keys of a lesson and of the class that played it."""
    page = asha.get(f"/lessons/new?collection={SLUG}").state("lesson")
    steps = [{"photo": photo["id"], "note": f"Note {number}"} for number, photo in enumerate(page["photos"][:2], 1)]
    fields = {"title": "Colours", "time_limit": "", "model_plays": "on", "level": "atlas", "steps": json.dumps(steps)}
    asha.post(f"/lessons/new?collection={SLUG}", fields)
    code = asha.post("/lessons/1/act", {"act": "begin"}).path.split("/")[2]
    pupil.post("/rooms/join", {"code": code, "name": "Meera"})
    _play_live(code, asha, [pupil], rounds=2)
    key = site.manage("shell", "-c", f"from geoguess.models import Room; print(Room.objects.get(code={code!r}).pk)")
    return 1, int(key.split()[-1])


def _play_live(code: str, host: Browser, players: list[Browser], rounds: int) -> None:
    """The host leads through all rounds; everybody guesses what they see, each a little worse than the one before."""
    with ExitStack() as stack:
        sockets = {who: stack.enter_context(who.socket(f"/ws/r/{code}/")) for who in {host, *players}}

        def say(who: Browser, **message: object) -> None:
            sockets[who].send(json.dumps({"id": 1, **message}))
            while (heard := json.loads(sockets[who].recv(timeout=20)))["type"] != "ack":
                assert heard["type"] != "error", heard

        say(host, type="advance", phase="lobby", round=0)
        for number in range(1, rounds + 1):
            for place, player in enumerate(players):
                guess = _seen_in(player.get(f"/r/{code}/{number}/picture").body)
                guess["latitude"] += 0.7 * place
                say(player, type="guess", round=number, **guess)
            say(host, type="advance", phase="reveal", round=number)
    players[0].get(f"/r/{code}/final")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
