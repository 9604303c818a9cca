"""What was made with another network under the same name is refused: it would get other numbers in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

import pytest
from timm.models import VisionTransformer
from torch import nn

from pipeline.training.features import cached_embeddings
from predictor.answers.artifact import Artifact
from predictor.encoders import clip
from predictor.encoders.encoder import Encoder, frozen_encoder
from predictor.encoders.loading import REGISTRY, forget_encoders, load_encoder
from predictor.encoders.networks import ARCHITECTURES, MissingWeights
from predictor.encoders.tuned import TunedEncoder, save_tuned
from predictor.pictures.images import decode
from predictor.versions.services import OtherWeights, encoder_of
from tests.made import made_artifact, picture
from tests.tiny import tiny_clip

FEWER = ("projection", "patches")
Use = Callable[[Sequence[str]], Encoder]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Makes `vit_b16` the tiny tower, with these parts."""

    def registered(parts: Sequence[str]) -> Encoder:
        monkeypatch.setitem(REGISTRY, "vit_b16", lambda: tiny_clip(parts))
        monkeypatch.setitem(ARCHITECTURES, "vit_b16", lambda: tiny_clip(parts)[0])
        forget_encoders()
        return load_encoder("vit_b16")

    return registered


def version_of(encoder: Encoder, **card: str) -> Artifact:
    """A version whose card names no identity, unless it is given."""
    card = {"encoder": encoder.name, "encoder_sha256": encoder.weights_sha256, **card}
    return replace(made_artifact(), card=card)


def test_an_identity_names_architecture_parts_and_preparation() -> None:
    network, preparation = tiny_clip()
    identity = frozen_encoder("vit_b16", network, preparation).identity
    assert clip.ARCHITECTURE in identity
    assert f"({' + '.join(clip.PARTS)})" in identity
    assert "(32, 48)" in identity
    others = [
        frozen_encoder("vit_b16", tiny_clip(FEWER)[0], preparation),
        frozen_encoder("vit_b16", network, replace(preparation, whole=True)),
    ]
    assert len({identity, *(other.identity for other in others)}) == 3
    assert "vit_tiny_patch16_224" in load_encoder("starter_vit").identity
    assert "tf_efficientnet_lite0 (stages" in load_encoder("efficientnet_lite0").identity


def test_a_version_keeps_the_parts_it_was_made_with_or_is_refused(use: Use) -> None:
    encoder = use(clip.PARTS)
    version = version_of(encoder, encoder_identity=encoder.identity)
    assert encoder_of(version) is encoder
    fewer = use(FEWER)
    assert fewer.weights_sha256 == encoder.weights_sha256
    with pytest.raises(OtherWeights, match="train it again"):
        encoder_of(version)


def test_a_version_made_with_gelu_is_refused_and_others_without_identity_load(use: Use) -> None:
    with pytest.raises(OtherWeights, match=r"vit_b16 is another network now .* train it again"):
        encoder_of(version_of(use(clip.PARTS)))
    for name in ("starter_vit", "efficientnet_lite0"):
        assert encoder_of(version_of(load_encoder(name))).name == name


def save(settings, name: str, network: nn.Module, base: str, identity: str = "") -> str:
    weights = {key: tensor.numpy() for key, tensor in network.state_dict().items()}
    description = TunedEncoder(base, asdict(tiny_clip()[1]), [], {}, identity)
    save_tuned(settings.ENCODERS_DIR / name, weights, description)
    return f"tuned:{name}"


def test_a_fine_tuned_encoder_keeps_its_parts_or_is_refused(use: Use, settings, data_folders) -> None:
    encoder = use(clip.PARTS)
    name = save(settings, "mine", encoder.network, "vit_b16", encoder.identity)
    assert load_encoder(name).identity == encoder.identity
    assert load_encoder(name).weights_sha256 == encoder.weights_sha256
    use(FEWER)
    with pytest.raises(MissingWeights, match="fine-tune again"):
        load_encoder(name)


def test_a_fine_tuned_encoder_with_gelu_is_refused_and_others_without_identity_load(
    use: Use, settings, data_folders
) -> None:
    use(clip.PARTS)
    gelu = VisionTransformer(img_size=(32, 48), patch_size=8, embed_dim=32, depth=3, num_heads=2, num_classes=0)
    with pytest.raises(MissingWeights, match=r"tuned:old .* another network than vit_b16 is now: fine-tune again"):
        load_encoder(save(settings, "old", gelu, "vit_b16"))
    starter = load_encoder("starter_vit")
    name = save(settings, "starter", starter.network, "starter_vit")
    assert load_encoder(name).weights_sha256 == starter.weights_sha256


def test_embeddings_of_other_parts_are_not_taken_from_the_cache(use: Use, tmp_path) -> None:
    shapes = [
        cached_embeddings(use(parts), ["1"], lambda sha256: decode(picture(int(sha256))), tmp_path).shape
        for parts in (clip.PARTS, FEWER, clip.PARTS)
    ]
    assert shapes == [(1, 16), (1, 48), (1, 16)]
