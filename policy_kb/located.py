"""YAML whose strings remember their line, so that a mistake can name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from policy_kb.mistakes import MistakeList

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # a PyYAML built without libyaml: the same, slower
    from yaml import SafeLoader as _Base  # type: ignore[assignment]


class Located(str):
    """A string from a YAML file, with the line it stands on (from 1)."""

    __slots__ = ("line",)
    line: int


class _Loader(_Base):
    """Builds Located strings and refuses a key that stands twice, which YAML would silently drop."""


def _string(_: _Loader, node: yaml.ScalarNode) -> Located:
    text = Located(node.value)
    text.line = node.start_mark.line + 1
    return text


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here a second time", key.start_mark)
        seen.add(key.value)
    return _Base.construct_mapping(loader, node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:str", _string)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str, mistakes: MistakeList, first_line: int = 0) -> Any:
    """The YAML document in `text`; None, and a mistake noted, where it is not YAML.

    `first_line` is how many lines of the file stand before `text`.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        mistakes.add(first_line + (mark.line + 1 if mark else 0), f"not valid YAML: {error.problem}")
    except yaml.YAMLError as error:
        mistakes.add(0, f"not valid YAML: {str(error).splitlines()[0]}")
    return None


def read_file(path: Path, mistakes: MistakeList) -> str | None:
    """The file's text; None, and a mistake noted, where it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        mistakes.add(path.read_bytes()[: error.start].count(b"\n") + 1, "not UTF-8 text; save the file as UTF-8")
    except OSError as error:
        mistakes.add(0, f"cannot be read: {error.strerror}")
    return None


def line_of(value: object, default: int = 0) -> int:
    """The line of a Located string, `default` for anything else."""
    return value.line if isinstance(value, Located) else default
