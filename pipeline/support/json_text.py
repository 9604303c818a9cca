"""JSON that browsers send, read by msgspec into a type; whatever does not fit raises one error."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
Id = Annotated[int, msgspec.Meta(ge=0, le=2**53)]  # of a row; larger integers are not exact in browsers


class BadJson(ValueError):
    """The text is not JSON, or not of the type."""


class JsonReader(Generic[T]):
    """Reads JSON texts into one type."""

    def __init__(self, content: Any) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(content)

    def read(self, text: bytes | str) -> T:
        """The content of the text. Raises BadJson."""
        try:
            return self._decoder.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            raise BadJson(str(error)) from None
        except RecursionError:
            raise BadJson("The JSON is nested too deeply.") from None
