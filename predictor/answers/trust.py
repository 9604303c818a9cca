"""How far a text of each kind can be believed; fitted to pictures in `pipeline.training.trusting`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trust:
    """``share`` is the probability that a text tells where the picture was taken, ``width_km`` how far, as a standard
    deviation, that is from what it names, beyond the extent of this; 0 for areas.
    """

    share: float
    width_km: float
