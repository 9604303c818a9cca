"""Fine-tuned encoders: one folder each under ``GEOGUESS_DATA/encoders``, with weights (safetensors) and description.

Imports no torch, so that web pages can list them.
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

PREFIX = "tuned:"  # of the names of fine-tuned encoders
WEIGHTS, DESCRIPTION = "weights.safetensors", "encoder.json"


class TunedEncoderDamaged(RuntimeError):
    """A fine-tuned encoder is missing, or its weights are not the ones that were written."""


@dataclass(frozen=True)
class TunedEncoder:
    """The description of a fine-tuned encoder: its ``base`` in the registry, its preparation's fields, its card.

    ``learnt`` are the hashes of the photos it was trained on: nothing may be chosen or measured on them. ``identity``
    is the encoder's own; it is empty if the encoder was made before identities were written down.
    """

    base: str
    preparation: dict[str, Any]
    learnt: list[str]
    card: dict[str, Any]
    identity: str = ""


def save_tuned(folder: Path, weights: dict[str, NDArray[np.generic]], description: TunedEncoder) -> None:
    """Write the encoder to its folder atomically; ``weights`` have the network's names."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    data = save({name: np.ascontiguousarray(array) for name, array in weights.items()})
    content = {**asdict(description), "weights_sha256": hashlib.sha256(data).hexdigest()}
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=folder.parent) as unfinished:
        new = Path(unfinished) / folder.name
        new.mkdir()
        (new / WEIGHTS).write_bytes(data)
        (new / DESCRIPTION).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
        new.rename(folder)


def read_tuned(folder: Path) -> TunedEncoder:
    """Check the weights in this folder and return the description. Raises TunedEncoderDamaged."""
    try:
        content = json.loads((folder / DESCRIPTION).read_text())
        with (folder / WEIGHTS).open("rb") as file:
            actual_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if actual_sha256 != content.pop("weights_sha256"):
            raise TunedEncoderDamaged(f"The weights in {folder} have changed: restore the folder, or fine-tune again.")
        return TunedEncoder(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TunedEncoderDamaged(
            f"There is no whole encoder in {folder} ({error}): make it with `manage.py finetune`, or restore it."
        ) from error


def base_of(folder: Path) -> str:
    """The name of the network that the encoder in this folder was made from; empty where it cannot be read."""
    try:
        return str(json.loads((folder / DESCRIPTION).read_text())["base"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def load_weights(folder: Path) -> dict[str, NDArray[np.generic]]:
    """The encoder's weights by the network's names."""
    return load_file(folder / WEIGHTS)


def tuned_names(folder: Path) -> list[str]:
    """Names, with the prefix, of the encoders in subfolders of this folder."""
    return sorted(f"{PREFIX}{path.parent.name}" for path in folder.glob(f"*/{DESCRIPTION}"))
