"""How a version turns a posterior into a guess: which parts of the method are on, and with what constants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class AnswerMethod:
    """Temperatures divide cosines, shares lie in 0..1.

    With ``refine``, prototypes and photos share out the cells' probabilities; before that, prototypes re-weigh the
    ``top_cells`` most probable cells with ``cell_temperature`` (None: not at all). ``neighbour_share`` of the weight
    goes to the nearest training photos. A guess that all this moves by more than ``guard_km`` is not moved. With
    ``score_optimal`` the guess maximises the expected score, else it is the most probable point.
    """

    refine: bool = True
    prototype_temperature: float = 0.1
    cell_temperature: float | None = None
    top_cells: int = 5
    guard_km: float = np.inf
    neighbour_temperature: float = 0.1
    neighbour_share: float = 0.0
    score_optimal: bool = True
