"""The head on frozen embeddings: logistic regression onto smoothed geocells, convex and so the same on every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import Floats

Embeddings = NDArray[np.float32]
ITERATIONS = 100  # of L-BFGS; the loss has settled well before
SMALL_FIT = 1e9  # multiplications per loss; below, threads cost more waiting for each other (20 times, if it is busy)


@dataclass(frozen=True)
class Head:
    """A linear map of embeddings less ``centre`` (d,), of unit length: ``weight`` (d, C), ``bias`` (C,)."""

    centre: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def project(self, raw: Embeddings) -> Embeddings:
        """Unit vectors (N, d) of an encoder's embeddings: the space in which photos are compared."""
        return project(raw, self.centre)

    def posterior(self, embeddings: Embeddings, temperature: float) -> Floats:
        """Cell probabilities (N, C) for projected embeddings (N, d)."""
        return softmax((embeddings @ self.weight + self.bias).astype(float) / temperature)


def project(raw: Embeddings, centre: NDArray[np.float32]) -> Embeddings:
    """Embeddings (N, d) less the centre (d,), scaled to unit length."""
    centred = raw - centre
    return centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def fit_path(
    embeddings: Embeddings, targets: Floats, penalties: list[float], check: Callable[[], None] | None = None
) -> list[tuple[Embeddings, Embeddings]]:
    """(weight (d, C), bias (C,)) that minimise cross-entropy + penalty/2·|weight|², for each penalty, largest first.

    ``embeddings`` (N, d) are projected, ``targets`` (N, C) sum to one. Each fit starts from the one before. ``check``
    is called before each look at the loss: what it raises ends the fit.
    """
    import torch
    from torch.nn import functional

    x, y = torch.from_numpy(embeddings), torch.from_numpy(targets.astype(np.float32))
    weight = torch.zeros(x.shape[1], y.shape[1], requires_grad=True)
    bias = torch.log(y.mean(dim=0) + 1e-6).requires_grad_()
    fits = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1 if x.numel() * y.shape[1] < SMALL_FIT else threads)
    try:
        for penalty in penalties:
            optimiser = torch.optim.LBFGS([weight, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

            def closure(penalty: float = penalty, optimiser: torch.optim.Optimizer = optimiser) -> torch.Tensor:
                if check:
                    check()
                optimiser.zero_grad()
                loss = functional.cross_entropy(x @ weight + bias, y) + penalty / 2 * weight.square().sum()
                loss.backward()
                return loss

            optimiser.step(closure)
            fits.append((weight.detach().numpy().copy(), bias.detach().numpy().copy()))
    finally:
        torch.set_num_threads(threads)
    return fits
