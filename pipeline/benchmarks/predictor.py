"""Benchmark of the predictor's overhead: bulk prediction against a bare timm loop, a question against a forward pass.

Text in pictures is not read meanwhile: that is no overhead of the network's.

It runs on a separate site in a temporary folder, with a real broker, worker and database; there,
``python -m pipeline.benchmarks.predictor FILES`` alternates between baseline and predictor.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings

from pipeline.benchmarks.site import NotStarted, benchmark_site

SCENES, SEED = 512, 77
ROUNDS = 3  # of bulk prediction, baseline and predictor in turn
SINGLE = 40  # pictures asked for one by one
SETTLE_S = 0.5  # pause in which this process's threads stop spinning on cores that the worker needs


def benchmark_predictor(count: int = SCENES) -> dict[str, Any]:
    """Ratios and figures for the champion of this site, or the starter without one. Raises NotStarted."""
    from predictor.versions.selectors import champion

    files = _scene_files(settings.CACHE_DIR / f"benchmark-scenes-{SEED}-{count}", count)
    version = champion()
    model = settings.MODELS_DIR / version.name if version else None
    with (
        tempfile.TemporaryDirectory(prefix="geoguess-benchmark-") as folder,
        benchmark_site(Path(folder), reads_text=False) as (environment, _),
    ):
        if settings.ENCODERS_DIR.exists():
            shutil.copytree(settings.ENCODERS_DIR, Path(folder) / "encoders")
        process = subprocess.run(
            [
                sys.executable,
                "-m",
                "pipeline.benchmarks.predictor",
                str(files),
                str(count),
                *([str(model)] if model else []),
            ],
            env=environment,
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return json.loads(process.stdout.splitlines()[-1])


def _scene_files(folder: Path, count: int) -> Path:
    """The folder, with ``count`` scenes as JPEG files of the size of stored photos; they are drawn once."""
    from pipeline.scenes.place import draw_places
    from pipeline.support.processes import process_pool

    folder.mkdir(parents=True, exist_ok=True)
    places = draw_places(count, SEED)
    missing = [number for number in range(count) if not (folder / f"{number}.jpg").exists()]
    if missing:
        with process_pool() as pool:
            list(pool.map(partial(_draw, folder), missing, [places[number] for number in missing], chunksize=4))
    return folder


def _draw(folder: Path, number: int, position: tuple[float, float]) -> None:
    from pipeline.scenes.place import place_at
    from pipeline.scenes.scene import draw_scene

    partial_file = folder / f"{number}.partial"
    draw_scene(place_at(*position), SEED + number).image.save(partial_file, "JPEG", quality=88)
    partial_file.rename(folder / f"{number}.jpg")


def _measure(files: list[Path], model: Path | None) -> dict[str, Any]:
    """The figures, measured on the benchmark's site."""
    from predictor.models import Prediction
    from predictor.pictures import store
    from predictor.versions.selectors import artifact_of, champion
    from predictor.versions.services import encoder_of, predict_images, promote, register_version

    if model:
        shutil.copytree(model, settings.MODELS_DIR / model.name, dirs_exist_ok=True)
        promote(version=register_version(folder=settings.MODELS_DIR / model.name), sha256s=[])
    version = champion()
    assert version is not None
    encoder = encoder_of(artifact_of(version))
    sha256s = [store.put(file.read_bytes()) for file in files]

    def bulk() -> None:
        Prediction.objects.filter(version=version, sha256__in=sha256s).delete()
        predict_images(version=version, sha256s=sha256s)

    bare_s, bulk_s, forward_s = [], [], []
    _bare_loop(files[:32], encoder)  # warm-up of both
    predict_images(version=version, sha256s=sha256s[:32])
    for _ in range(ROUNDS):
        bare_s.append(_seconds(lambda: _bare_loop(files, encoder)))
        bulk_s.append(_seconds(bulk))
        forward_s.append(_forward_only(len(files), encoder))
    single_s, asked_s = _singles(files[:SINGLE], encoder)
    return {
        "bulk_ratio": round(median(bare_s) / median(bulk_s), 3),
        "overhead_ms": round(1000 * (median(asked_s) - median(single_s)), 1),
        "images_per_s": {
            "predictor": round(len(files) / median(bulk_s), 1),
            "bare_loop": round(len(files) / median(bare_s), 1),
            "forward_only": round(len(files) / median(forward_s), 1),
        },
        "single_ms": {"asked": round(1000 * median(asked_s), 1), "bare": round(1000 * median(single_s), 1)},
        "images": len(files),
        "encoder": encoder.name,
        "device": encoder.device.type,
    }


def _bare_loop(files: list[Path], encoder: Any) -> None:
    """The baseline: a DataLoader with the predictor's transform, and the bare timm network."""
    import torch
    from torch.utils.data import DataLoader, Dataset

    from predictor.encoders.encoder import CORES, WINDOWS, normalise

    class Files(Dataset[torch.Tensor]):
        def __len__(self) -> int:
            return len(files)

        def __getitem__(self, index: int) -> torch.Tensor:
            return torch.tensor(_window(files[index], encoder))

    cuda = encoder.device.type == "cuda"
    loader = DataLoader(Files(), batch_size=WINDOWS[encoder.device.type], num_workers=CORES, pin_memory=cuda)
    with torch.inference_mode(), torch.autocast(encoder.device.type, torch.bfloat16, enabled=cuda):
        for pixels in loader:
            encoder.network(normalise(pixels.to(encoder.device, non_blocking=True), encoder.preparation)).float().cpu()


def _window(file: Path, encoder: Any) -> Any:
    from predictor.pictures.images import centre_crop, decode, squash

    how = encoder.preparation
    return (squash if how.whole else centre_crop)(decode(file.read_bytes()), *how.size)


def _forward_only(count: int, encoder: Any) -> float:
    """Seconds of the network alone on ``count`` pictures in memory."""
    import torch

    from predictor.encoders.encoder import WINDOWS, normalise

    batch = WINDOWS[encoder.device.type]
    pixels = torch.zeros(batch, *encoder.preparation.size, 3, dtype=torch.uint8, device=encoder.device)
    cuda = encoder.device.type == "cuda"

    def run() -> None:
        with torch.inference_mode(), torch.autocast(encoder.device.type, torch.bfloat16, enabled=cuda):
            for _ in range(-(-count // batch)):
                encoder.network(normalise(pixels, encoder.preparation)).float().cpu()

    return _seconds(run)


def _singles(files: list[Path], encoder: Any) -> tuple[list[float], list[float]]:
    """Seconds of decoding, transform and forward pass, and from a question to the worker's stored answer, in turn."""
    from django.utils import timezone

    from predictor.serving import questions

    while not questions.live_workers(now=timezone.now()):
        time.sleep(0.2)
    single, asked = [], []
    for number, file in enumerate([*files[:3], *files]):
        bare = _seconds(partial(_encode_file, file, encoder))
        time.sleep(SETTLE_S)
        begun = timezone.now()
        key = questions.ask(now=begun, data=file.read_bytes()).key
        while (question := questions.question_by_key(key=key)) is None or question.answered_at is None:
            time.sleep(0.05)  # seldom, so that polling does not slow the worker; the row holds the time of the answer
        if question.error:
            raise NotStarted(f"The worker could not answer: {question.error}")
        if number >= 3:  # the first warm both sides
            single.append(bare)
            asked.append((question.answered_at - begun).total_seconds())
    return single, asked


def _encode_file(file: Path, encoder: Any) -> None:
    from predictor.pictures.images import decode

    encoder.encode([decode(file.read_bytes())])


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    import django

    django.setup()
    folder, count, *model = sys.argv[1:]
    files = [Path(folder) / f"{number}.jpg" for number in range(int(count))]
    print(json.dumps(_measure(files, Path(model[0]) if model else None)))
