"""Who gets a report: exactly those of the route who are not involved, and somebody independent where none is left (P11). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.report_settings import FALLBACK, HR, SUPERVISOR, Recipient

__all__ = ["FALLBACK", "HR", "SUPERVISOR", "Excluded", "NobodyLeft", "Recipient", "UnknownRoute", "choosable", "chosen", "others"]


class UnknownRoute(Exception):
    """Whom you have chosen cannot receive reports. Please choose again; nothing was kept."""


class NobodyLeft(Exception):
    """Everybody who could read this report is involved in it, so it was not kept. Please take it to somebody outside."""


class Excluded(Exception):
    """A report was about to be sealed to somebody who is involved in it. Nothing was kept; tell those who run this program."""


def choosable(recipients: Sequence[Recipient], sizes: Mapping[str, int], k: int) -> tuple[Recipient, ...]:
    """Whom a reporter may choose: HR, and each supervisor with a key to whom at least `k` people report (`sizes`, by id)."""

    def may(each: Recipient) -> bool:
        return each.route == HR or (each.route == SUPERVISOR and sizes.get(each.id, 0) >= k)

    return tuple(each for each in recipients if each.key and may(each))


def chosen(recipients: Sequence[Recipient], route: str, involved: Collection[str]) -> tuple[Recipient, ...]:
    """Who gets a report on a route (`hr`, or somebody's id): those not involved, else those of the fallback; never nobody.

    Raises UnknownRoute for a route or somebody involved whom there is not, NobodyLeft where the fallback is involved too.
    """
    known = {each.id for each in recipients}
    meant = [each for each in recipients if each.route != FALLBACK and (each.id == route or (route == HR == each.route))]
    if not meant or not set(involved) <= known:
        raise UnknownRoute
    return _left(meant, involved) or fallback(recipients, involved)


def others(
    recipients: Sequence[Recipient], route: str, involved: Collection[str], former: Collection[str]
) -> tuple[Recipient, ...]:
    """Who gets a report of retaliation for another: those of the route who did not get the first, else those of the fallback."""
    chosen(recipients, route, involved)  # raises what it raises
    beside = chosen(recipients, route, {*involved, *former} & {each.id for each in recipients if each.route != FALLBACK})
    return _left(beside, involved) or fallback(recipients, involved)


def keys(recipients: Sequence[Recipient], involved: Collection[str]) -> tuple[str, ...]:
    """The keys to seal to. Raises Excluded where somebody involved is among them: the last look before sealing."""
    if any(each.id in involved for each in recipients):
        raise Excluded
    return tuple(each.key for each in recipients)


def fallback(recipients: Sequence[Recipient], involved: Collection[str]) -> tuple[Recipient, ...]:
    """Those who read what nobody else may. Raises NobodyLeft where they are involved too."""
    left = _left([each for each in recipients if each.route == FALLBACK], involved)
    if not left:
        raise NobodyLeft
    return left


def _left(recipients: Sequence[Recipient], involved: Collection[str]) -> tuple[Recipient, ...]:
    return tuple(each for each in recipients if each.id not in involved)
