"""What is said of an exception: the sentence of its docstring. Pure."""

from __future__ import annotations


def sentence(error: BaseException) -> str:
    """The docstring of its class in one line, however it is broken in the code; empty where there is none."""
    return " ".join((error.__doc__ or "").split())
