"""A view as JSON text and back: how the outbox keeps what it has yet to send. Every view comes back exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, get_args

from bot.views import Block, Choice, Facts, Field, Form, View

_BLOCKS: Mapping[str, type[Any]] = {kind.__name__.lower(): kind for kind in get_args(Block)}
# Declared types that JSON has too; all others are tuples.
_PLAIN: Mapping[str, type[Any]] = {"str": str, "bool": bool, "int": int}


class UnknownBlock(ValueError):
    """This message was written by another version of the program, and this one cannot show it."""


def dump(view: View) -> str:
    """The view as JSON, in ASCII: a list of blocks, each with its kind under `block` and with its own fields."""
    return json.dumps([{"block": type(each).__name__.lower(), **asdict(each)} for each in view.blocks])


def load(text: str) -> View:
    """The view that was dumped; a field that an older version did not know has its default.

    Raises UnknownBlock where this version does not know a block or a field, or where it is no view at all.
    """
    try:
        return View(tuple(map(_block, json.loads(text))))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnknownBlock from error


def _block(found: dict[str, Any]) -> Any:
    kind = _BLOCKS[found.pop("block")]
    if kind is Facts:
        return _made(kind, {**found, "pairs": tuple(map(_pair, found["pairs"]))})
    if kind is Form:
        return _made(kind, {**found, "fields": tuple(map(_field, found["fields"]))})
    return _made(kind, found)


def _pair(found: list[str]) -> tuple[str, str]:
    label, value = found
    if not (isinstance(label, str) and isinstance(value, str)):
        raise TypeError
    return label, value


def _field(found: dict[str, Any]) -> Field:
    choices = tuple(_made(Choice, each) for each in found.get("choices", ()))
    field: Field = _made(Field, {**found, "choices": choices})
    return field


def _made(kind: type[Any], found: Mapping[str, Any]) -> Any:
    """One of this kind, if every field holds what it is declared to hold."""
    for each in fields(kind):
        if each.name in found and type(found[each.name]) is not _PLAIN.get(str(each.type), tuple):
            raise TypeError(each.name)
    return kind(**found)
