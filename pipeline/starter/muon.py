"""Muon (Jordan 2024): momentum whose update is made orthogonal, for weight matrices; in float32, which CPUs prefer.

The orthogonal factor comes from Newton-Schulz steps with the coefficients of Polar Express (Amsel et al. 2025); the
step is scaled as Liu et al. 2025 ("Muon is scalable") do, so that learning rates are those of AdamW.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

POLAR_EXPRESS = (  # published coefficients of its first four steps
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
)
NORM_SAFETY = 1.01
RMS_OF_ADAMW = 0.2


class Muon(torch.optim.Optimizer):
    """An optimiser for 2-D parameters; those of equal shape are updated in one batch."""

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float,
        weight_decay: float,
        momentum: float = 0.95,
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            same_shape: dict[torch.Size, list[Tensor]] = defaultdict(list)
            for parameter in group["params"]:
                same_shape[parameter.shape].append(parameter)
            for shape, parameters in same_shape.items():
                averages = [self.state[p].setdefault("momentum", torch.zeros_like(p)) for p in parameters]
                gradients = [p.grad for p in parameters if p.grad is not None]
                torch._foreach_lerp_(averages, gradients, 1 - group["momentum"])
                torch._foreach_lerp_(gradients, averages, group["momentum"])  # Nesterov
                updates = orthogonal(torch.stack(gradients)).unbind()
                torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(parameters, updates, alpha=-group["lr"] * RMS_OF_ADAMW * max(shape) ** 0.5)


def orthogonal(matrices: Tensor) -> Tensor:
    """Approximately the nearest matrices (N, r, c) with orthonormal rows or columns: singular values end near one."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) * NORM_SAFETY + 1e-7)
    for a, b, c in POLAR_EXPRESS:
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x
