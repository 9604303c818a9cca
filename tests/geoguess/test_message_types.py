"""The scripts' types of socket messages are those that the server sends and takes."""

from __future__ import annotations

from tests import message_types


def test_the_types_of_the_scripts_are_those_of_the_server():
    assert message_types.FILE.read_text() == message_types.declarations(), "run: python -m tests.message_types"
