"""The Celery app with an encoder that needs no weights, and what the environment names.

FAULT: slow or memory; CLUES: the file of what finds clues.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import torch

from geoguess.celery import app
from predictor.encoders.encoder import Preparation
from predictor.encoders.loading import REGISTRY
from predictor.seeing import detector
from tests import tiny

__all__ = ["app"]


def faulty() -> tuple[torch.nn.Module, Preparation]:
    network, preparation = tiny.tiny()
    fault = os.environ.get("FAULT")

    def before(_: torch.nn.Module, inputs: tuple[Any, ...]) -> None:
        if fault == "slow":
            time.sleep(3)
        if fault == "memory" and len(inputs[0]) > 2:
            raise torch.OutOfMemoryError("made")

    network.register_forward_pre_hook(before)
    return network, preparation


REGISTRY[tiny.NAME] = faulty
if file := os.environ.get("CLUES"):
    detector.file_of = lambda *_: Path(file)
