"""Linear heads on frozen embeddings: one for geocells and one for each task; a convex fit, the same on every run.

What a task's head predicts (state, climate, height …) is evidence for the cells where that label is common: it is added
to the cells' logits with a weight chosen on held-out photos (a log-linear pool: Genest & Zidek 1986).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import Floats

Embeddings = NDArray[np.float32]
ITERATIONS = 100  # of L-BFGS; it converges well before
# Multiplications per loss below which one thread is faster than several (20 times on a busy machine).
SMALL_FIT = 1e9
EPSILON = 1e-12


@dataclass(frozen=True)
class Adapter:
    """The residual projection that contrastive pretraining trains: ``down`` (d, h) and ``up`` (h, d)."""

    down: Embeddings
    up: Embeddings

    def __call__(self, embeddings: Embeddings) -> Embeddings:
        """Unit vectors (N, d) for unit vectors (N, d)."""
        return unit(embeddings + np.maximum(embeddings @ self.down, 0) @ self.up)


@dataclass(frozen=True)
class Projection:
    """Maps raw embeddings (N, r) to the unit vectors (N, d) by which photos are compared.

    ``centre`` (r,) is subtracted; then ``basis`` (r, d) and the adapter are applied where present.
    """

    centre: NDArray[np.float32]
    basis: NDArray[np.float32] | None = None
    adapter: Adapter | None = None

    def __call__(self, raw: Embeddings) -> Embeddings:
        centred = raw - self.centre
        embeddings = unit(centred if self.basis is None else centred @ self.basis)
        return embeddings if self.adapter is None else self.adapter(embeddings)

    @classmethod
    def pca(cls, raw: Embeddings, dimensions: int) -> Projection:
        """Onto the first ``dimensions`` principal components of embeddings (N, r), if they have more dimensions."""
        centre = raw.mean(axis=0)
        if raw.shape[1] <= dimensions:
            return cls(centre)
        centred = (raw - centre).astype(float)
        _, vectors = np.linalg.eigh(centred @ centred.T if len(raw) < raw.shape[1] else centred.T @ centred)
        principal = vectors[:, ::-1][:, : min(dimensions, len(raw) - 1)]
        basis = centred.T @ principal if len(raw) < raw.shape[1] else principal
        return cls(centre, (basis / np.linalg.norm(basis, axis=0)).astype(np.float32))


@dataclass(frozen=True)
class Task:
    """A head that predicts one kind of label of training photos.

    ``labels`` (K,), ``weight`` (d, K), ``bias`` (K,); ``label_given_cell`` (K, C) is p(label | cell), and ``share`` the
    weight of its evidence in the posterior, 0 for none.
    """

    labels: NDArray[np.str_]
    weight: Embeddings
    bias: Embeddings
    label_given_cell: Floats
    share: float = 0.0

    def probabilities(self, embeddings: Embeddings) -> Floats:
        """Of each label (N, K), for projected embeddings (N, d)."""
        return softmax((embeddings @ self.weight + self.bias).astype(float))

    def evidence(self, embeddings: Embeddings) -> Floats:
        """For each cell (N, C): the log of the sum over labels of p(label | picture) · p(label | cell)."""
        return np.log(self.probabilities(embeddings) @ self.label_given_cell + EPSILON)


@dataclass(frozen=True)
class Heads:
    """Linear maps of projected embeddings: ``weight`` (d, C) and ``bias`` (C,) for cells, and the tasks by name.

    ``groups`` (C,), where given, is the number of each cell's state, for a hierarchical posterior p(state) · p(cell |
    state) whose first factor is that of the task "state" (Clark et al. 2023).
    """

    projection: Projection
    weight: Embeddings
    bias: Embeddings
    tasks: Mapping[str, Task] = field(default_factory=dict)
    groups: NDArray[np.intp] | None = None

    def project(self, raw: Embeddings) -> Embeddings:
        """Unit vectors (N, d) of an encoder's embeddings: the space in which photos are compared."""
        return self.projection(raw)

    def logits(self, embeddings: Embeddings) -> Floats:
        """Of cells (N, C), for projected embeddings (N, d), without the tasks' evidence."""
        return (embeddings @ self.weight + self.bias).astype(float)

    def posterior(self, embeddings: Embeddings, temperature: float) -> Floats:
        """Cell probabilities (N, C) for projected embeddings (N, d)."""
        pooled = self.logits(embeddings) / temperature
        for task in self.tasks.values():
            if task.share:
                pooled = pooled + task.share * task.evidence(embeddings)
        cells = softmax(pooled)
        return cells if self.groups is None else hierarchical(cells, self.groups, self.tasks["state"], embeddings)


def hierarchical(cells: Floats, groups: NDArray[np.intp], states: Task, embeddings: Embeddings) -> Floats:
    """Cell probabilities (N, C) rescaled so that those of each state sum to the probability from the state's head."""
    membership = np.eye(len(states.labels))[groups]  # (C, K)
    with_cells = states.probabilities(embeddings) * (membership.sum(axis=0) > 0)
    state_probabilities = with_cells / with_cells.sum(axis=1, keepdims=True)
    cell_given_state = cells / np.maximum(cells @ membership, EPSILON)[:, groups]
    rescaled = cell_given_state * state_probabilities[:, groups]
    return rescaled / rescaled.sum(axis=1, keepdims=True)


def unit(rows: NDArray) -> NDArray:
    """Rows (N, d) scaled to unit length."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), EPSILON)


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def fit_path(
    embeddings: Embeddings,
    targets: Floats,
    penalties: list[float],
    check: Callable[[], None] | None = None,
    *,
    margin: float = 0.0,
) -> list[tuple[Embeddings, Embeddings]]:
    """(weight (d, C), bias (C,)) that minimise cross-entropy + penalty/2·|weight|², for each penalty, largest first.

    ``embeddings`` (N, d) are projected, ``targets`` (N, C). Each fit starts from the one before. With a ``margin``
    the logits are scaled cosines, and the target's cosine is reduced by it (CosFace: Wang et al. 2018, as CosPlace
    uses it: Berton et al. 2022). ``check`` is called before each evaluation of the loss; its exception ends the fit.
    """
    import torch
    from torch.nn import functional

    x, y = torch.from_numpy(embeddings), torch.from_numpy(targets.astype(np.float32))
    prior = torch.log(y.mean(dim=0) / y.sum(dim=1).mean() + 1e-6)
    weight = (functional.normalize(x.T @ y, dim=0) if margin else torch.zeros(x.shape[1], y.shape[1])).requires_grad_()
    bias = prior.requires_grad_()
    scale = torch.tensor(1.0, requires_grad=True)
    parameters = [weight, bias, scale] if margin else [weight, bias]

    def linear() -> torch.Tensor:
        return scale.exp() * functional.normalize(weight, dim=0) if margin else weight

    fits = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1 if x.numel() * y.shape[1] < SMALL_FIT else threads)
    try:
        for penalty in penalties:
            optimiser = torch.optim.LBFGS(parameters, max_iter=ITERATIONS, line_search_fn="strong_wolfe")

            def closure(penalty: float = penalty, optimiser: torch.optim.Optimizer = optimiser) -> torch.Tensor:
                if check:
                    check()
                optimiser.zero_grad()
                logits = x @ linear() + bias
                if margin:
                    logits = logits - margin * scale.exp() * y
                loss = functional.cross_entropy(logits, y) + penalty / 2 * linear().square().sum()
                loss.backward()
                return loss

            optimiser.step(closure)
            fits.append((linear().detach().numpy().copy(), bias.detach().numpy().copy()))
    finally:
        torch.set_num_threads(threads)
    return fits
