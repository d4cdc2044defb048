"""Papers to keep: a signer's copy, the certificate of a record, the completion report for HR, a case for a records request. The
same input, the same bytes.

Import this package inside the function that wants a paper, and nowhere else: it brings fpdf2 with it, which costs a second and
some 60 MB of memory, and a server that makes no papers need not hold them. Pure but for reading the fonts beside it.
"""

from __future__ import annotations

from bot.papers.certificate import certificate
from bot.papers.copy import signed_copy, text_copy
from bot.papers.disclosure import disclosed_case
from bot.papers.record import OtherText
from bot.papers.report import completion_report

__all__ = ["OtherText", "certificate", "completion_report", "disclosed_case", "signed_copy", "text_copy"]
