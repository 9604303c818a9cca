"""The store keeps images by what they are, once, and whole."""

from __future__ import annotations

import hashlib

import pytest

from predictor.pictures import store


def test_an_image_comes_back_under_the_hash_of_its_bytes(data_folders) -> None:
    sha256 = store.put(b"a picture")
    assert sha256 == hashlib.sha256(b"a picture").hexdigest()
    assert store.read(sha256) == b"a picture"


def test_the_same_bytes_are_kept_once(data_folders) -> None:
    store.put(b"a picture")
    store.put(b"a picture")
    assert len([path for path in data_folders.rglob("*") if path.is_file()]) == 1


def test_an_image_that_is_not_there_is_an_error_that_says_so(data_folders) -> None:
    with pytest.raises(store.ImageMissing, match="import"):
        store.read("0" * 64)
