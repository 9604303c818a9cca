"""Training of the network that tells scripts, and its calibration by one temperature (Guo et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from pipeline.reading.boxes import Box, Source, drawn
from pipeline.reading.course import Course
from pipeline.support.progress import SILENT, Reporter
from predictor.reading.script_network import CLASSES, ScriptClassifier
from predictor.reading.scripts import fitted, normalised

SEED = 11
CALIBRATION_BOXES = 6000
BATCH = 64
WEIGHT_DECAY = 1e-2

Fitted = tuple[list[NDArray[np.uint8]], NDArray[np.int64]]  # boxes (32, up to 192) and numbers of their classes

ANEW = Course(lines=110_000, epochs=6, rate=4e-3, seed=SEED)
FURTHER = Course(lines=24_000, epochs=3, rate=1.5e-3, seed=SEED + 10)  # of a trained network, on other boxes


def train(
    source: Source, report: Reporter = SILENT, *, course: Course = ANEW, network: ScriptClassifier | None = None
) -> ScriptClassifier:
    """A network trained on boxes of the source, anew unless one is given; always the same on the same machine."""
    torch.manual_seed(course.seed)
    rng = np.random.default_rng(course.seed)
    boxes = course.lines
    pictures, classes = _learnable(drawn([source], boxes, course.seed), boxes, report)
    network = (network or ScriptClassifier()).to(memory_format=torch.channels_last).train().requires_grad_(True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=course.rate, weight_decay=WEIGHT_DECAY)
    steps = course.epochs * (boxes // BATCH)
    # The rate rises and falls to nothing (Smith & Topin 2019, "Super-Convergence").
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, course.rate, total_steps=steps)
    step = 0
    for _ in range(course.epochs):
        order = rng.permutation(boxes)[: boxes // BATCH * BATCH].reshape(-1, BATCH)
        for rows in order:
            batch = torch.from_numpy(normalised([pictures[row] for row in rows]))
            # Light letters on dark ground are as common as dark ones on light ground.
            batch *= torch.from_numpy(rng.choice(np.array([-1, 1], np.float32), (len(rows), 1, 1, 1)))
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(batch)
            loss = functional.cross_entropy(logits.float(), torch.from_numpy(classes[rows]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            step += 1
            if step % 50 == 0:
                report.progress(step, steps, "Training")
                report.point("loss", step, loss.item())
    return network.eval().requires_grad_(False)


def calibrate(network: ScriptClassifier, sources: Sequence[Source], boxes: int = CALIBRATION_BOXES) -> float:
    """Divide the last layer by the temperature under which the classes of the sources' boxes are likeliest."""
    pictures, classes = _learnable(drawn(sources, boxes, SEED + 1), boxes)
    starts = range(0, boxes, BATCH)
    with torch.inference_mode():
        logits = torch.cat([network(torch.from_numpy(normalised(pictures[at : at + BATCH]))) for at in starts])
    truth = torch.from_numpy(classes)
    candidates = np.geomspace(0.3, 5, 200)
    losses = [functional.cross_entropy(logits / float(candidate), truth).item() for candidate in candidates]
    temperature = float(candidates[int(np.argmin(losses))])
    network.head.load_state_dict({name: value / temperature for name, value in network.head.state_dict().items()})
    return temperature


def _learnable(drawn: Iterable[Box], count: int, report: Reporter = SILENT) -> Fitted:
    pictures, classes = [], []
    for number, (picture, script) in enumerate(drawn):
        pictures.append(fitted(picture))
        classes.append(CLASSES.index(script))
        if number % 500 == 0:
            report.progress(number, count, "Drawing lines")
    return pictures, np.array(classes)
