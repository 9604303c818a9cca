"""Draws `apps.svg`, the layers of the three apps, from the contracts of import-linter in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

HERE = Path(__file__).parent
CONTRACTS = HERE.parents[1] / "pyproject.toml"
APPS = [  # what each is, and the colours of its column
    ("geoguess", "the site and the game", "#fdf3dc", "#d9a21b"),
    ("pipeline", "photos, geocells, training", "#e6efec", "#4f8577"),
    ("predictor", "pictures and the model", "#e7e7f8", "#3f3fb5"),
]
COLUMN, GAP, MARGIN, PADDING = 372, 42, 24, 16  # px
TOP, BOX, BETWEEN = 104, 34, 8
TITLE = "Three columns: geoguess imports pipeline, pipeline imports predictor, never the other way."
NOTE = (
    "An arrow points at what is imported. Inside an app, what stands higher may import what stands lower; boxes in one "
    "row do not import each other."
)


def layers_of(app: str) -> list[list[str]]:
    """The layers of an app, highest first."""
    contracts = tomllib.loads(CONTRACTS.read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract.get("containers") == [app]]
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def figure() -> str:
    """The figure as SVG."""
    layers = {app: layers_of(app) for app, *_ in APPS}
    most = max(map(len, layers.values()))
    width, bottom = 2 * MARGIN + 3 * COLUMN + 2 * GAP, TOP + most * (BOX + BETWEEN) + BETWEEN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + 58}" role="img" '
        "aria-labelledby=\"title desc\" font-family=\"'Noto Sans', 'Segoe UI', Helvetica, Arial, sans-serif\" "
        'font-size="14" fill="#12171a">',
        '  <title id="title">The three apps</title>',
        f'  <desc id="desc">{TITLE} In each column the layers of the app, highest first.</desc>',
        '  <defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L10 5L0 10z" fill="#454f54"/></marker></defs>',
        f'  <rect width="{width}" height="{bottom + 58}" fill="#f7f5ef"/>',
    ]
    for number, (app, what, fill, stroke) in enumerate(APPS):
        left = MARGIN + number * (COLUMN + GAP)
        parts += [
            f'  <rect x="{left}" y="{MARGIN}" width="{COLUMN}" height="{bottom - MARGIN}" rx="10" fill="{fill}" '
            f'stroke="{stroke}" stroke-width="1.5"/>',
            f'  <text x="{left + PADDING}" y="54" font-size="18" font-weight="700">{app}</text>',
            f'  <text x="{left + PADDING}" y="78" fill="#454f54">{what}</text>',
        ]
        for row, names in enumerate(layers[app], start=most - len(layers[app])):
            parts += _boxes(names, left + PADDING, TOP + row * (BOX + BETWEEN))
        if number:
            parts.append(
                f'  <path d="M{left - GAP + 2} 54H{left - 4}" fill="none" stroke="#454f54" stroke-width="1.6" '
                'marker-end="url(#tip)"/>'
            )
    parts += [
        f'  <text x="{width / 2:g}" y="{bottom + 36}" text-anchor="middle" font-size="12.5" fill="#454f54">'
        f"{NOTE}</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _boxes(names: list[str], left: int, top: int) -> list[str]:
    """One row of boxes, wider for longer names."""
    room = COLUMN - 2 * PADDING - BETWEEN * (len(names) - 1)
    widths = [room * (len(name) + 4) / sum(len(other) + 4 for other in names) for name in names]
    parts, x = [], float(left)
    for name, wide in zip(names, widths, strict=True):
        size = 11 if len(names) > 3 else 13
        parts += [
            f'  <rect x="{x:.1f}" y="{top}" width="{wide:.1f}" height="{BOX}" rx="5" fill="#ffffff" stroke="#c3c3bd"/>',
            f'  <text x="{x + wide / 2:.1f}" y="{top + 22}" text-anchor="middle" font-size="{size}">{name}</text>',
        ]
        x += wide + BETWEEN
    return parts


if __name__ == "__main__":
    (HERE / "apps.svg").write_text(figure())
