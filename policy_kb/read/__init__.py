"""Readers: one file format each, from a document to a Policy."""

from policy_kb.read.markdown import read_markdown

__all__ = ["read_markdown"]
