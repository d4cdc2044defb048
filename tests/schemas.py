"""What is wrong with a JSON document by a JSON schema, in few words and at the place where it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from jsonschema import ValidationError


class Schema(Protocol):
    """A validator of jsonschema, of any draft."""

    def iter_errors(self, instance: Any) -> Iterator[ValidationError]: ...


def problems(schema: Schema, document: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong, each with its path."""
    leaves = (leaf for error in schema.iter_errors(document) for leaf in _leaves(error))
    return [f"/{'/'.join(map(str, leaf.absolute_path))}: {leaf.message[:200]}" for leaf in leaves]


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors at the bottom; where a schema has alternatives, those of the one that is meant, if there is one."""
    meant = [branch for branch in _branches(error) if not any(map(_is_elsewhere, branch))]
    if len(meant) == 1:
        for each in meant[0]:
            yield from _leaves(each)
    else:
        yield error


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    """The errors of each alternative."""
    branches: dict[Any, list[ValidationError]] = {}
    for each in error.context or ():
        branches.setdefault(each.relative_schema_path[0], []).append(each)
    return list(branches.values())


def _is_elsewhere(error: ValidationError) -> bool:
    """Whether an alternative fails only because it is for another type than the one that stands there."""
    path = list(error.relative_path)
    if (error.validator, path) in (("enum", ["type"]), ("type", [])):
        return True
    return not path and bool(error.context) and all(any(map(_is_elsewhere, branch)) for branch in _branches(error))
