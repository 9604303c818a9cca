"""Fine-tuned encoders: a folder each under ``GEOGUESS_DATA/encoders``, weights as safetensors beside what they are.

Imports no torch, so that a web page can list them.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

PREFIX = "tuned:"  # of their names among encoders
WEIGHTS, ABOUT = "weights.safetensors", "encoder.json"


class TunedDamaged(RuntimeError):
    """A fine-tuned encoder is not there, or its weights are not the ones that were written."""


@dataclass(frozen=True)
class Tuned:
    """What a fine-tuned encoder is: its ``base`` in the registry, its preparation's fields, how it was made.

    ``learnt`` are the hashes of the photos it knows: nothing may be chosen or measured on them.
    """

    base: str
    preparation: dict[str, Any]
    learnt: list[str]
    card: dict[str, Any]


def save_tuned(folder: Path, weights: dict[str, NDArray[np.generic]], about: Tuned) -> None:
    """Write the encoder, its weights by the network's names: the folder is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    data = save({name: np.ascontiguousarray(array) for name, array in weights.items()})
    content = {**asdict(about), "weights_sha256": hashlib.sha256(data).hexdigest()}
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=folder.parent) as unfinished:
        whole = Path(unfinished) / folder.name
        whole.mkdir()
        (whole / WEIGHTS).write_bytes(data)
        (whole / ABOUT).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
        whole.rename(folder)


def describe_tuned(folder: Path) -> Tuned:
    """What the encoder in this folder is, its weights checked. Raises TunedDamaged."""
    try:
        content = json.loads((folder / ABOUT).read_text())
        with (folder / WEIGHTS).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != content.pop("weights_sha256"):
            raise TunedDamaged(f"The weights in {folder} have changed: restore the folder, or fine-tune again.")
        return Tuned(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TunedDamaged(
            f"There is no whole encoder in {folder} ({error}): make it with `manage.py finetune`, or restore it."
        ) from error


def load_weights(folder: Path) -> dict[str, NDArray[np.generic]]:
    """The encoder's weights by the network's names."""
    return load_file(folder / WEIGHTS)


def tuned_names(folder: Path) -> list[str]:
    """Names, with the prefix, of the encoders below a folder."""
    return sorted(f"{PREFIX}{path.parent.name}" for path in folder.glob(f"*/{ABOUT}"))
