"""Which clauses does a draft touch? Its words against the triggers written beside a policy. A list, never a verdict.

Nothing is fitted here: the weights depend neither on these modules nor on the triggers.
"""

from policy_kb.drafts.check import LONGEST, NO_CHECK, DraftCheck, Touched
from policy_kb.drafts.reader import read_triggers
from policy_kb.drafts.touches import Touch
from policy_kb.drafts.triggers import Account, Triggers

__all__ = ["LONGEST", "NO_CHECK", "Account", "DraftCheck", "Touch", "Touched", "Triggers", "read_triggers"]
