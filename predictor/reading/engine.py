"""Finds lines of text in a picture and reads them: Latin letters with one network, Indian scripts with another.

Most of the work is done by RapidOCR with the models of PP-OCRv6 in its package, on onnxruntime: a detector by
differentiable binarization (Liao et al. 2020), which finds text in any script, and a recogniser decoded by CTC (Graves
et al. 2006), which knows Latin letters but no Indian ones. Lines in an Indian script are read by `native_lines`, where
its network is there. Nothing is fetched from the internet.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from PIL import Image

from predictor.gazetteer.marks import MARKS_FILE
from predictor.gazetteer.table import PLACES_FILE
from predictor.reading.lines import Line
from predictor.reading.native_letters import LETTERS
from predictor.reading.native_lines import SURE as READABLE_NATIVE

if TYPE_CHECKING:
    from predictor.reading.native_lines import NativeReader
    from predictor.reading.scripts import ScriptNetwork

DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
# The longer side at which text is sought; that of stored photos, so none of these is scaled. Larger uploads are scaled
# for the search only: lines are read at full resolution.
SEARCH_PX = 1600
# Where the script is not told by its network: from this confidence of the recogniser on, a line counts as Latin. Indian
# letters come out as Latin ones, too: of the 510 lines from 0.9 on in the shipped scenes 2 were Indian, of the 29 from
# 0.8 to 0.9 10.
LATIN_CONFIDENCE = 0.9
DISTANCE_CONFIDENCE = 0.8  # the same of a distance such as "4 km", which no Indian word is misread for
# Below this a line in Latin letters counts as not read: most of its letters are wrong.
READABLE = 0.5
_KM = re.compile(r"\d{1,4}\s?km", re.IGNORECASE)
logger = logging.getLogger(__name__)

Network = TypeVar("Network")
HOW_TO_INSTALL = "Install it with: .venv/bin/python -m pip install -r requirements.txt -c constraints.txt"


class ReaderMissing(RuntimeError):
    """No text can be read on this machine; the message says why, and what to do."""


def what_is_missing() -> str:
    """Why no text can be read on this machine, and what to do; "" where it can. Imports none of it."""
    for package in ("rapidocr", "onnxruntime"):
        if find_spec(package) is None:
            return f"The package {package} is missing. {HOW_TO_INSTALL}"
    for name in (DETECTOR, RECOGNISER):
        if not (_models() / name).exists():
            return f"The package rapidocr is here, but not its model {name}. {HOW_TO_INSTALL} --force-reinstall"
    return ""


class Reader:
    """Reads pictures. ``version`` changes with the package, its models, our networks, and the names that are known, as
    only texts that tell a place are kept.

    Raises ReaderMissing. What takes seconds to load is loaded by `load`, or with the first picture.
    """

    def __init__(self) -> None:
        if missing := what_is_missing():
            raise ReaderMissing(missing)
        models = b"".join((_models() / name).read_bytes() for name in (DETECTOR, RECOGNISER))
        self._scripts, self._native = _script_network(), _native_reader()
        scripts = self._scripts.version if self._scripts else "none"
        names = hashlib.sha256(PLACES_FILE.read_bytes() + MARKS_FILE.read_bytes()).hexdigest()[:8]
        network = hashlib.sha256(models).hexdigest()[:8]
        self.version = f"rapidocr {version('rapidocr')}, {network}, names {names}, scripts {scripts}"
        if self._native:
            self.version += f", native {self._native.version}"

    def load(self) -> None:
        """Load the detector of text, so that the first picture does not wait for it."""
        self.read(Image.new("RGB", (32, 32)))

    def read(self, image: Image.Image) -> tuple[Line, ...]:
        """The lines of a picture from top to bottom. Where there are none, only the search for them takes time."""
        from rapidocr.main import RapidOCRError

        blue_green_red = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        try:
            crops, found = self._engine.detect_and_crop(blue_green_red, {})
        except RapidOCRError:  # how it says that there is no text
            return ()
        scripts = self._scripts_of(crops)
        readable = [number for number, (script, _) in enumerate(scripts) if script in ("", "Latin")]
        texts = [("", 0.0)] * len(crops)
        if readable:
            recognised = self._engine.recognize_txt([crops[number] for number in readable])
            for number, text, confidence in zip(readable, recognised.txts, recognised.scores, strict=True):
                texts[number] = text.strip(), float(confidence)
        if self._native:
            for number, (script, _) in enumerate(scripts):
                if script in LETTERS:
                    texts[number] = self._native.read(_as_picture(crops[number]), script)
        return tuple(
            _line(corners / image.size, *text, *script)
            for corners, text, script in zip(found.boxes, texts, scripts, strict=True)
        )

    def _scripts_of(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        """The script of each crop, "" where it is not told for sure, and how sure that is."""
        if self._scripts is None:
            return [("", 0.0)] * len(crops)
        from predictor.reading.scripts import SURE

        told = self._scripts.tell([_as_picture(crop) for crop in crops])
        return [(script if confidence >= SURE else "", confidence) for script, confidence in told]

    @cached_property
    def _engine(self) -> Any:
        from onnxruntime import get_available_providers
        from rapidocr import RapidOCR

        return RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_vertical_padding": False,  # it is for pictures of a single line
                "Det.model_path": str(_models() / DETECTOR),  # with a path it looks for no download
                "Det.limit_type": "max",
                "Det.limit_side_len": SEARCH_PX,
                "Rec.model_path": str(_models() / RECOGNISER),
                "EngineConfig.onnxruntime.intra_op_num_threads": int(os.environ.get("OMP_NUM_THREADS", -1)),
                "EngineConfig.onnxruntime.use_cuda": "CUDAExecutionProvider" in get_available_providers(),
                # An exhaustive search for the fastest convolution would be repeated for every size of picture.
                "EngineConfig.onnxruntime.cuda_ep_cfg.cudnn_conv_algo_search": "HEURISTIC",
            }
        )


def _line(corners: np.ndarray, text: str, confidence: float, script: str, script_confidence: float) -> Line:
    """A line from its corners (4, 2) in fractions, what was recognised, and its script as far as that is told."""
    sure = DISTANCE_CONFIDENCE if _KM.fullmatch(text) else LATIN_CONFIDENCE
    if not script and confidence >= sure and _is_latin(text):
        script, script_confidence = "Latin", confidence
    if not script or confidence < (READABLE if script == "Latin" else READABLE_NATIVE):
        text = ""
    left, top = corners.min(axis=0).clip(0, 1).tolist()
    right, bottom = corners.max(axis=0).clip(0, 1).tolist()
    return Line(text, confidence, (left, top, right, bottom), script, script_confidence)


def _as_picture(crop: np.ndarray) -> Image.Image:
    """A crop (H, W, 3) in blue, green and red as a picture."""
    return Image.fromarray(np.ascontiguousarray(crop[:, :, ::-1]))


def _is_latin(text: str) -> bool:
    """Whether all letters and digits of a text are Latin: the recogniser knows Chinese and Greek, too."""
    signs = [sign for sign in text if sign.isalnum()]
    return bool(signs) and all(ord(sign) < 0x250 for sign in signs)


def _models() -> Path:
    """The folder with the models of the installed package."""
    package = find_spec("rapidocr")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "models"


def _script_network() -> ScriptNetwork | None:
    """The network that tells scripts, or None where it is not here."""
    from predictor.reading.scripts import ScriptNetwork

    return _if_there(ScriptNetwork.load)


def _native_reader() -> NativeReader | None:
    """The network that reads Indian scripts, or None where it is not here."""
    from predictor.reading.native_lines import NativeReader

    return _if_there(NativeReader.load)


def _if_there(load: Callable[[], Network]) -> Network | None:
    """A network of ours. Where its file is missing or damaged the rest is read without it."""
    try:
        return load()
    except FileNotFoundError:
        return None
    except Exception:
        logger.exception("A network that reads signs cannot be loaded.")
        return None
