"""The accessibility of a product in an ONIX record: codes of list 196."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model.metadata import Certification, Metadata
from pipeline.model.sheet import standards_for
from pipeline.package.catalog.onix import codes
from pipeline.package.catalog.record import Parts, Product

SUMMARY, CERTIFIER, CREDENTIAL, CREDENTIAL_ADDRESS, REPORT = "00", "90", "88", "89", "94"


def features(product: Product, metadata: Metadata) -> Iterator[Parts]:
    """The claims of the e-book, and no others; for a PDF, its own."""
    if product.edition.format == "pdf":
        is_older = not standards_for(product.edition, metadata).is_pdf2
        yield from map(_feature, (*((codes.PDF_UA,) if is_older else ()), *codes.PDF))
        return
    claims, certification = product.accessibility, metadata.accessibility
    if claims is None:
        return
    yield _feature(SUMMARY, claims.summary)
    found = [codes.FEATURES[name] for name in claims.features if name in codes.FEATURES]
    passed = {verdict.rule for verdict in claims.audit if not verdict.failed}
    found += [code for rule, code in codes.RULES.items() if rule in passed]
    found += codes.ALWAYS
    if "textual" in claims.sufficient:
        found.append(codes.READ_WITHOUT_SIGHT)
    if claims.conforms_to:
        found += codes.CONFORMS
    yield from map(_feature, sorted(set(found)))
    if claims.conforms_to and certification.certified_by:
        yield from _certified(certification.certified_by.text, certification)


def _certified(name: str, certification: Certification) -> Iterator[Parts]:
    if credential := certification.credential:
        is_address = credential.startswith(("http://", "https://"))
        yield _feature(CREDENTIAL_ADDRESS if is_address else CREDENTIAL, credential)
    yield _feature(CERTIFIER, name)
    if certification.report:
        yield _feature(REPORT, certification.report)


def _feature(code: str, text: str = "") -> Parts:
    return {
        "ProductFormFeatureType": "09",
        "ProductFormFeatureValue": code,
        "ProductFormFeatureDescription": text,
    }
