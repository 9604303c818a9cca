"""Training of the network that reads lines in Indian scripts, by the loss of CTC (Graves et al. 2006)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from pipeline.reading.course import Course
from pipeline.reading.native_lines import Line, NativeSource, drawn
from pipeline.reading.native_measures import plain
from pipeline.support.progress import SILENT, Reporter
from predictor.reading.native_letters import CLASSES, LETTERS, as_seen, classes_of
from predictor.reading.native_lines import NativeReader, decoded, fitted, normalised
from predictor.reading.native_network import NativeRecogniser

SEED = 31
BATCH = 32
ALIKE = 16  # batches that are filled from the same lines, by width, so that little of a batch is padding
WEIGHT_DECAY = 1e-2
LARGEST_GRADIENT = 5.0
TEMPERATURES = np.geomspace(0.5, 3, 30)

ANEW = Course(lines=100_000, epochs=4, rate=2e-3, seed=SEED)
FURTHER = Course(lines=40_000, epochs=4, rate=1e-3, seed=SEED + 10)  # of a trained network, on other lines
_OF_SCRIPT = {script: classes_of(script) for script in LETTERS}
_MOST = max(map(len, _OF_SCRIPT.values()))


def train(
    source: NativeSource, report: Reporter = SILENT, *, course: Course = ANEW, network: NativeRecogniser | None = None
) -> NativeRecogniser:
    """A network trained on lines of the source, anew unless one is given; always the same on the same machine."""
    torch.manual_seed(course.seed)
    rng = np.random.default_rng(course.seed)
    lines: list[NDArray[np.uint8]] = []
    texts: list[tuple[str, str]] = []
    for number, (picture, text, script) in enumerate(drawn(source, course.lines, course.seed)):
        lines.append(fitted(picture, script))
        texts.append((as_seen(text, script), script))
        if number % 500 == 0:
            report.progress(number, course.lines, "Drawing lines")
    widths = np.array([line.shape[1] for line in lines])
    network = (network or NativeRecogniser()).to(memory_format=torch.channels_last).train().requires_grad_(True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=course.rate, weight_decay=WEIGHT_DECAY)
    steps = course.epochs * (len(lines) // BATCH)
    # The rate rises and falls to nothing (Smith & Topin 2019, "Super-Convergence").
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, course.rate, total_steps=steps)
    step = 0
    for _ in range(course.epochs):
        for rows in _batches(widths, rng):
            batch = torch.from_numpy(normalised([lines[row] for row in rows]))
            # Light letters on dark ground are as common as dark ones on light ground.
            batch *= torch.from_numpy(rng.choice(np.array([-1, 1], np.float32), (len(rows), 1, 1, 1)))
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(batch)
            loss = _loss(logits.float(), [texts[row] for row in rows])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
            optimiser.step()
            schedule.step()
            step += 1
            if step % 25 == 0:
                report.progress(step, steps, "Training")
                report.point("loss", step, loss.item())
    return network.eval().requires_grad_(False)


def calibrate(network: NativeRecogniser, lines: Iterable[Line]) -> float:
    """Divide the last layer by the temperature under which it is likeliest which of the lines are read exactly.

    One temperature, as Guo et al. 2017 do for single classes.
    """
    reader = NativeReader(network, "")
    seen = [(reader.logits(picture, script), text, script) for picture, text, script in lines]
    losses = []
    for temperature in TEMPERATURES:
        told = [(*decoded(logits / temperature, script), plain(text, script)) for logits, text, script in seen]
        losses.append(-np.mean([np.log(max(p if text == truth else 1 - p, 1e-6)) for text, p, truth in told]))
    best = float(TEMPERATURES[int(np.argmin(losses))])
    network.head.load_state_dict({name: value / best for name, value in network.head.state_dict().items()})
    return best


def _batches(widths: NDArray[np.int64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Rows of all lines in batches of about the same width, in any order."""
    order = rng.permutation(len(widths))
    order = order[: len(order) // BATCH * BATCH]
    groups = [order[at : at + ALIKE * BATCH] for at in range(0, len(order), ALIKE * BATCH)]
    batches = [
        batch for group in groups for batch in group[np.argsort(widths[group], kind="stable")].reshape(-1, BATCH)
    ]
    return [batches[at] for at in rng.permutation(len(batches))]


def _loss(logits: torch.Tensor, texts: Sequence[tuple[str, str]]) -> torch.Tensor:
    """CTC's loss for logits (B, columns, classes), each line compared with the letters of its script alone."""
    classes = torch.tensor([[*_OF_SCRIPT[script], *[-1] * (_MOST - len(_OF_SCRIPT[script]))] for _, script in texts])
    own = logits.gather(2, classes.clamp(min=0)[:, None].expand(-1, logits.shape[1], -1))
    own = own.masked_fill((classes < 0)[:, None], -1e4)
    letters = [[_OF_SCRIPT[script].index(CLASSES.index(letter)) for letter in text] for text, script in texts]
    return functional.ctc_loss(
        own.log_softmax(dim=2).transpose(0, 1),
        torch.tensor([letter for line in letters for letter in line]),
        torch.full((len(texts),), logits.shape[1]),
        torch.tensor([len(line) for line in letters]),
        zero_infinity=True,  # of lines too narrow for their letters
    )
