"""Checks of the claims that an e-book makes of its accessibility: whether they are true."""

from __future__ import annotations

from pipeline.verify.audit import DOC_ROLE, FEATURES, IMAGE, SOUND, UNDESCRIBED, UNSPOKEN, Features
from pipeline.verify.reading import CONFORMS, Claim
from pipeline.verify.rules import FileFindings

FEATURE, MODE = "schema:accessibilityFeature", "schema:accessMode"
SUFFICIENT, HAZARD = "schema:accessModeSufficient", "schema:accessibilityHazard"
_DANGERS = frozenset({"flashing", "motionSimulation", "sound"})


def check_claims(claims: tuple[Claim, ...], contents: Features, findings: FileFindings) -> None:
    """Report untrue claims of a book with these contents."""
    for claim in claims:
        if reason := _untrue(claim, contents):
            findings.add("untrue-claim", claim.span, value=claim.value, reason=reason)
    dangers = [claim for claim in claims if claim.name == HAZARD]
    values = {claim.value for claim in dangers}
    for claim in dangers:
        alone = claim.value in ("none", "unknown") and len(values) > 1
        danger = claim.value.removesuffix("Hazard")
        denied = danger in _DANGERS and f"no{danger[0].upper()}{danger[1:]}Hazard" in values
        if alone or denied:
            findings.add("hazards-disagree", claim.span, value=claim.value)


def _untrue(claim: Claim, contents: Features) -> str:
    """The reason why a claim is not true, as a sentence; "" if nothing speaks against it."""
    modes = {mode.strip() for mode in claim.value.split(",")}
    by_ear = claim.name == CONFORMS or (claim.name == SUFFICIENT and modes == {"textual"})
    if UNDESCRIBED in contents and (by_ear or claim.value == "alternativeText"):
        return "It has an image without alternative text."
    if UNSPOKEN in contents and (claim.name == CONFORMS or claim.value == "describedMath"):
        return "It has a formula without a description in words."
    if claim.name == FEATURE:
        needed, _ = FEATURES.get(claim.value, ("", ""))
        is_needed = needed and needed not in (DOC_ROLE, IMAGE)
        return f"It has no {needed}." if is_needed and needed not in contents else ""
    if claim.name in (MODE, SUFFICIENT) and "auditory" in modes and SOUND not in contents:
        return "It has no audio."
    return ""
