"""The types of socket messages for the scripts, made from the server's: ``python -m tests.message_types``.

Writes ``static/js/types/messages.d.ts``; a test fails when that file is not what this would write.
"""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any, get_args

import django
from msgspec import inspect as msgspec_inspect

FILE = Path(__file__).parent.parent / "static/js/types/messages.d.ts"
HEAD = "// What goes over the sockets. Made from the server's types by `python -m tests.message_types`: do not edit.\n"
PLAIN = {
    msgspec_inspect.AnyType: "unknown",
    msgspec_inspect.BoolType: "boolean",
    msgspec_inspect.FloatType: "number",
    msgspec_inspect.IntType: "number",
    msgspec_inspect.NoneType: "null",
    msgspec_inspect.StrType: "string",
}


def sockets() -> dict[str, dict[str, tuple[Any, ...]]]:
    """By namespace and name the messages of each socket; of several types a message has the fields of all."""
    from geoguess.game import consumer as rounds
    from geoguess.live import messages, outgoing
    from geoguess.site.sockets import Pong, Refusal
    from pipeline.jobs import messages as jobs

    return {
        "RoomSocket": {
            "Request": (messages.Message,),
            "Message": (outgoing.Message,),
            "Event": (outgoing.Numbered, outgoing.Change),
            "Final": (outgoing.Final,),
        },
        "RoundSocket": {"Message": (rounds.Snapshot | rounds.Locked | Pong | Refusal,)},
        "JobSocket": {"Message": (jobs.Snapshot | jobs.Change | Pong | Refusal,)},
    }


class Namespace:
    """The declarations that some types need, each once."""

    def __init__(self) -> None:
        self.declared: dict[str, str] = {}

    def word(self, kind: Any) -> str:
        """How TypeScript writes this type; what has a name is declared on the way."""
        match kind:
            case msgspec_inspect.UnionType(types):
                return " | ".join(dict.fromkeys(map(self.word, types)))
            case msgspec_inspect.LiteralType(values):
                return " | ".join(map(json.dumps, values))
            case msgspec_inspect.ListType(item):
                return f"Array<{self.word(item)}>"
            case msgspec_inspect.TupleType(items):
                return f"[{', '.join(map(self.word, items))}]"
            case msgspec_inspect.DictType(_, value):
                return f"Record<string, {self.word(value)}>"
            case msgspec_inspect.TypedDictType() | msgspec_inspect.StructType():
                self.declare(kind)
                return str(kind.cls.__name__)
        return PLAIN[type(kind)]

    def union(self, kind: Any) -> str:
        """A message of one or several types: msgspec knows no unions of TypedDicts."""
        words = [self.word(msgspec_inspect.type_info(one)) for one in get_args(kind) or [kind]]
        return f"({' | '.join(words)})" if len(words) > 1 else words[0]

    def declare(self, kind: Any) -> None:
        name = kind.cls.__name__
        if name in self.declared:
            return
        self.declared[name] = ""  # keeps its place before what it is made of
        tag = [f"{kind.tag_field}: {json.dumps(kind.tag)};"] if getattr(kind, "tag_field", None) else []
        fields = [
            f"{field.encode_name}{'' if field.required else '?'}: {self.word(field.type)};" for field in kind.fields
        ]
        about = inspect.cleandoc(kind.cls.__doc__).splitlines()[0] if kind.cls.__dict__.get("__doc__") else ""
        comment = f"  /** {about} */\n" if about else ""
        self.declared[name] = f"{comment}  interface {name} {{\n{_lines(tag + fields)}  }}\n"


def _lines(fields: list[str]) -> str:
    return "".join(f"    {field}\n" for field in fields)


def declarations() -> str:
    """The whole file."""
    parts = [HEAD]
    for socket, names in sockets().items():
        space = Namespace()
        kinds = {name: " & ".join(map(space.union, of)) for name, of in names.items()}
        aliases = "".join(f"  type {name} = {kind};\n" for name, kind in kinds.items() if kind != name)
        parts.append(f"declare namespace {socket} {{\n{''.join(space.declared.values())}{aliases}}}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    FILE.write_text(declarations())
