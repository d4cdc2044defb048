"""Why something cannot be done with a case: one exception for each cause, whose docstring is what is said. Pure."""

from __future__ import annotations


class Refused(Exception):
    """That cannot be done with this case now. Nothing was changed."""


class NoSuchCase(Refused):
    """There is no such case, or it is not for you to see."""


class AlreadyTaken(Refused):
    """Somebody works on this case already. They can hand it over."""


class NotTaken(Refused):
    """Nobody works on this case yet. Take it first."""


class TakenByAnother(Refused):
    """A colleague works on this case. Ask them to do this, or to hand it over."""


class NotAssessed(Refused):
    """This case has not been assessed. Assess it first; that it lies outside the policy can be said at once."""


class IsConcluded(Refused):
    """This case is concluded. Open it again first."""


class NotConcluded(Refused):
    """This case is not concluded, so it need not be opened again."""


class OnHold(Refused):
    """This case is on legal hold already."""


class NotOnHold(Refused):
    """This case is not on legal hold."""


class NoSuchSchedule(Refused):
    """The retention schedule has no such code. It is the organisation's own, under [[reports.retention]] of clausebot.toml."""


class NotToBeDeleted(Refused):
    """Of these cases one may not be deleted, or has changed since you looked, so none was. Please look at the list again."""


class NotForThem(Refused):
    """They may not read this case, so it cannot be handed to them."""


class ToOneself(Refused):
    """That is this case itself, or you yourself. Please choose another."""


class Outdated(Refused):
    """A colleague has changed this case since you opened it. Nothing was kept; please look at it again, then send once more."""


class Unfilled(Refused):
    """Something is missing, or too long. Nothing was kept."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(self.__doc__)
        self.fields = fields
