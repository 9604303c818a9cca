"""How far texts in pictures can be believed: fitted to pictures whose place is known.

What a text of a kind can do wrong is the same for all models, so nothing of a model enters. With few texts of a kind
the usual trust stays: it counts like `PRIOR_TEXTS` texts (a maximum of the posterior; Gelman et al. 2013, chapter 2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from predictor.answers.trust import Trust
from predictor.geodesy import Floats
from predictor.reading.evidence import likelihoods, witnesses
from predictor.reading.matches import Match

# Before any picture is seen.
USUAL = {
    "milestone": Trust(0.9, 6.0),
    "place": Trust(0.8, 12.0),
    "landmark": Trust(0.7, 15.0),
    "shop": Trust(0.3, 25.0),
    "plate": Trust(0.8, 60.0),
    "phone": Trust(0.8, 30.0),
    "pin": Trust(0.85, 25.0),
    "operator": Trust(0.8, 0.0),
    "institution": Trust(0.7, 30.0),
    "script": Trust(0.85, 0.0),
}
PRIOR_TEXTS = 10.0
WIDTH_DEVIATION = 0.7  # of the logarithm of a width, around the usual one
SHARES = np.linspace(0.02, 0.98, 49)
WIDTHS = np.geomspace(0.25, 4.0, 13)  # in multiples of the usual one


def fit_trusts(matches: Sequence[Sequence[Match]], vectors: Floats) -> dict[str, Trust]:
    """The trust in texts of each kind, from the matches of N pictures that were taken at unit vectors (N, 3)."""
    seen: dict[str, list[tuple[Match, Floats]]] = {kind: [] for kind in USUAL}
    for of_picture, vector in zip(matches, vectors, strict=True):
        for match in witnesses(of_picture):
            seen[match.kind].append((match, vector))
    return {kind: _fit(USUAL[kind], texts) for kind, texts in seen.items()}


def _fit(usual: Trust, texts: list[tuple[Match, Floats]]) -> Trust:
    if not texts:
        return usual
    widths = usual.width_km * WIDTHS if usual.width_km else np.zeros(1)
    posterior = np.empty((len(widths), len(SHARES)))
    for row, width in enumerate(widths):
        certain = {match.kind: Trust(1.0, float(width)) for match, _ in texts}
        ratio = np.array([likelihoods([match], vector[None], certain)[0, 0] for match, vector in texts])
        # A text that agrees in part is believed in part: see `likelihoods`.
        agreement = np.array([match.agreement for match, _ in texts])
        believed = ratio - (1 - agreement)
        likelihood = 1 - SHARES * agreement[:, None] + SHARES * believed[:, None]
        prior = PRIOR_TEXTS * (usual.share * np.log(SHARES) + (1 - usual.share) * np.log(1 - SHARES))
        apart = np.log(width / usual.width_km) / WIDTH_DEVIATION if usual.width_km else 0.0
        posterior[row] = np.log(likelihood).sum(axis=0) + prior - 0.5 * apart**2
    width, share = np.unravel_index(posterior.argmax(), posterior.shape)
    return Trust(round(float(SHARES[share]), 4), round(float(widths[width]), 2))


def no_matches(count: int) -> NDArray[np.object_]:
    """The matches (N,) of pictures in which nothing was read."""
    return as_array([()] * count)


def as_array(matches: Sequence[tuple[Match, ...]]) -> NDArray[np.object_]:
    """Matches of N pictures as an array (N,) of tuples."""
    array = np.empty(len(matches), object)
    array[:] = matches
    return array
