"""The compositions: road, street, field, river, lake, backwater, hill road, terraces, coast, desert, tea and more.

Each adds water, plants and buildings to a stage, and returns the SVG of the ground behind them.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.scenes.compositions import dry_country, fields, roads, waterside
from pipeline.scenes.stage import Stage

COMPOSITIONS: dict[str, Callable[[Stage], str]] = {
    "road": roads.road,
    "street": roads.street,
    "ghat": roads.ghat,
    "field": fields.field,
    "tea": fields.tea,
    "terraces": fields.terraces,
    "orchard": fields.orchard,
    "forest": fields.forest,
    "plantation": fields.plantation,
    "river": waterside.river,
    "lake": waterside.lake,
    "pond": waterside.pond,
    "backwater": waterside.backwater,
    "canal": waterside.canal,
    "coast": waterside.coast,
    "desert": dry_country.desert,
    "salt": dry_country.salt,
    "open": dry_country.open_country,
    "village": roads.village,
}
