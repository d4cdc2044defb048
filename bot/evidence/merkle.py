"""The Merkle tree over the chain (RFC 9162, section 2.1; the same as RFC 6962): roots, and two kinds of proof.

A leaf is the digest of an entry, as 32 bytes. The hash of a leaf is SHA-256(00 || leaf), of two branches SHA-256(01 || left ||
right), and the left branch holds the largest power of two that leaves something for the right one. All hashes here are hex.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").hexdigest()


class Frontier:
    """A tree that grows leaf by leaf. It keeps one hash for each full branch on the right edge, never the leaves."""

    def __init__(self) -> None:
        self.size = 0
        self._branches: list[bytes] = []

    def add(self, digest: str) -> None:
        """One more leaf. Raises ValueError where the digest is no hex."""
        branch = _leaf(bytes.fromhex(digest))
        size = self.size
        while size & 1:
            branch = _node(self._branches.pop(), branch)
            size >>= 1
        self._branches.append(branch)
        self.size += 1

    def root(self) -> str:
        """The root over all leaves so far."""
        if not self._branches:
            return EMPTY
        *rest, right = self._branches
        for left in reversed(rest):
            right = _node(left, right)
        return right.hex()


def root(digests: Iterable[str]) -> str:
    """The root over these digests, in order."""
    tree = Frontier()
    for digest in digests:
        tree.add(digest)
    return tree.root()


def inclusion(digests: Sequence[str], index: int) -> tuple[str, ...]:
    """The proof that the leaf at `index` (from 0) is in the tree over these digests: the branches beside its way to the root.

    Raises IndexError where there is no such leaf.
    """
    if not 0 <= index < len(digests):
        raise IndexError(index)
    if len(digests) == 1:
        return ()
    left, right = _halves(digests)
    if index < len(left):
        return (*inclusion(left, index), root(right))
    return (*inclusion(right, index - len(left)), root(left))


def included(digest: str, index: int, size: int, proof: Sequence[str], expected: str) -> bool:
    """Whether the proof shows that the tree of `size` leaves with the root `expected` has this digest at `index`.

    RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    at, last, branch = index, size - 1, _leaf(bytes.fromhex(digest))
    for each in map(bytes.fromhex, proof):
        if last == 0:
            return False
        if at & 1 or at == last:
            branch = _node(each, branch)
            at, last = _up_the_edge(at, last)
        else:
            branch = _node(branch, each)
        at, last = at >> 1, last >> 1
    return last == 0 and branch.hex() == expected


def consistency(digests: Sequence[str], first: int) -> tuple[str, ...]:
    """The proof that the tree over these digests only grew from that over the `first` of them.

    Raises IndexError where there were not so many.
    """
    if not 0 <= first <= len(digests):
        raise IndexError(first)
    return _subproof(digests, first, True) if first else ()


def consistent(first: int, second: int, first_root: str, second_root: str, proof: Sequence[str]) -> bool:
    """Whether the proof shows that the tree of `second` leaves begins with that of `first` leaves (RFC 9162, 2.1.4.2)."""
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY
    branches = [*([] if first & (first - 1) else [bytes.fromhex(first_root)]), *map(bytes.fromhex, proof)]
    if first > second or not branches:
        return False
    at, last = _past_the_left(first - 1, second - 1)
    old = new = branches[0]
    for each in branches[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = _node(each, old), _node(each, new)
            at, last = _up_the_edge(at, last)
        else:
            new = _node(new, each)
        at, last = at >> 1, last >> 1
    return last == 0 and old.hex() == first_root and new.hex() == second_root


def _leaf(digest: bytes) -> bytes:
    return sha256(b"\0" + digest).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _halves(digests: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    middle = 1 << (len(digests) - 1).bit_length() - 1
    return digests[:middle], digests[middle:]


def _subproof(digests: Sequence[str], first: int, whole: bool) -> tuple[str, ...]:
    """SUBPROOF of RFC 9162, 2.1.4.1; `whole` says that the verifier knows the root over the `first` already."""
    if first == len(digests):
        return () if whole else (root(digests),)
    left, right = _halves(digests)
    if first <= len(left):
        return (*_subproof(left, first, whole), root(right))
    return (*_subproof(right, first - len(left), False), root(left))


def _up_the_edge(at: int, last: int) -> tuple[int, int]:
    """Where a branch has no neighbour on its right, it stands for its parent until it has one on its left."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _past_the_left(at: int, last: int) -> tuple[int, int]:
    """From the last old leaf up past all branches that are full in both trees."""
    while at & 1:
        at, last = at >> 1, last >> 1
    return at, last
