"""What makes a record prove itself: canonical form, chain, Merkle roots, verification. Pure; knows no database."""

from __future__ import annotations

# Every kind of act that the chain holds, with what it says.
KINDS = {
    "published": "a version of a policy came into force, with its digests",
    "statement_approved": "the City Attorney approved the statement that is signed",
    "requested": "HR asked an audience to sign a version",
    "assigned": "somebody was asked",
    "ended": "somebody is no longer asked: left the audience, or the organisation",
    "closed": "HR asks no longer: the request was closed",
    "consented": "somebody agreed to sign electronically",
    "quizzed": "somebody answered the questions about a policy",
    "signed": "somebody signed a version",
    "paper": "a signature on paper was recorded by two people, with a scan",
    "paper_wanted": "somebody wants to sign on paper",
    "declined": "somebody declined to sign, with a reason",
    "carried": "a signature holds for a later version, in which nothing material changed",
    "copied": "the signer's copy was delivered; only now is the signature final",
    "withdrawn": "somebody withdrew their signature",
    "revoked": "a clearance was ended, with the clause that says so",
    "corrected": "an earlier record was wrong; both stay",
    "disposed": "personal fields of records were deleted by schedule; their commitments stay",
    "granted": "somebody was given a grant, or lost one",
    "registered": "an account was registered, or who may post to it changed",
}
