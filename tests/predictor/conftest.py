"""Encoders of the registry include the tiny one."""

from __future__ import annotations

import pytest

from predictor import encoders
from tests.predictor.tiny import NAME, tiny


@pytest.fixture
def tiny_encoder(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an encoder that needs no weights."""
    monkeypatch.setitem(encoders.REGISTRY, NAME, tiny)
    encoders.load_encoder.cache_clear()
    return NAME
