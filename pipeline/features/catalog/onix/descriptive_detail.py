"""The block of an ONIX record that describes a product: form, titles, people, subjects, readers,
accessibility."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.features.catalog.onix import code_lists
from pipeline.features.catalog.onix.onix_xml import Parts
from pipeline.model.catalog import Product, Record
from pipeline.model.editions import STANDARD_PRINT, Edition
from pipeline.model.metadata import Audience, Certification, Contributor, Metadata, Series
from pipeline.model.sheet.proportions import standards_for

FORMS = {"epub": ("E101", "E200"), "pdf": ("E107", "E201")}
"""List 175: EPUB that reflows, PDF with fixed pages."""

LARGE_PRINT, FOR_TEACHERS = "LTE", "TCH"
"""List 21: types of editions."""


def description(product: Product, record: Record) -> Parts:
    metadata = record.metadata
    audience, statement = metadata.audience, metadata.edition_statement
    people = [*metadata.authors, *metadata.contributors]
    return {
        "ProductComposition": "00",
        "ProductForm": "ED",
        "ProductFormDetail": list(FORMS[product.edition.format]),
        "ProductFormFeature": list(features(product, metadata)),
        "PrimaryContentType": "10",
        "EpubTechnicalProtection": "00",
        "EpubLicense": _licence(metadata),
        "Collection": _collection(metadata.series) if metadata.series else None,
        "TitleDetail": [
            _title("01", "01", metadata.title, metadata.subtitle),
            *([_title("05", "01", metadata.short_title)] if metadata.short_title else []),
        ],
        "Contributor": [_contributor(n, person, metadata) for n, person in enumerate(people, 1)],
        "NoContributor": None if people else {},
        "EditionType": _edition_type(product.edition),
        "EditionNumber": statement if statement.isdigit() else None,
        "EditionStatement": None if statement.isdigit() else statement,
        "Language": [
            {"LanguageRole": "01", "LanguageCode": code}
            for code in dict.fromkeys(
                map(code_lists.language, (metadata.lang, *metadata.languages))
            )
        ],
        "Extent": list(_extents(product, record)),
        "Subject": list(_subjects(metadata)),
        "Audience": [
            {"AudienceCodeType": "01", "AudienceCodeValue": code}
            for code in dict.fromkeys(code_lists.AUDIENCES[group] for group in audience.groups)
        ],
        "AudienceRange": _range(audience),
        "AudienceDescription": audience.level,
    }


def _licence(metadata: Metadata) -> Parts | None:
    licence = metadata.licence
    if licence is None:
        return None
    address = {"EpubLicenseExpressionType": "01", "EpubLicenseExpressionLink": licence.url}
    return {
        "EpubLicenseName": licence.name,
        "EpubLicenseExpression": address if licence.url else None,
    }


def _collection(series: Series) -> Parts:
    issn = {"CollectionIDType": "02", "IDValue": series.issn.replace("-", "")}
    return {
        "CollectionType": "10",
        "CollectionIdentifier": issn if series.issn else None,
        "TitleDetail": _title("01", "02", series.name, part=series.position),
    }


def _title(kind: str, level: str, title: str, subtitle: str = "", part: str = "") -> Parts:
    return {
        "TitleType": kind,
        "TitleElement": {
            "TitleElementLevel": level,
            "PartNumber": part,
            "TitleText": title,
            "Subtitle": subtitle,
        },
    }


def _extents(product: Product, record: Record) -> Iterator[Parts]:
    """The pages of a PDF, or those of the printed edition in an e-book's page list; the size."""
    claims = product.accessibility
    printed = next((p.pages for p in record.products if p.edition.name == STANDARD_PRINT), 0)
    if product.pages:
        yield _extent("00", product.pages, "03")
    elif printed and claims and "pageBreakMarkers" in claims.features:
        yield _extent("08", printed, "03")
    yield _extent("22", product.size, "17")


def _extent(kind: str, value: int, unit: str) -> Parts:
    return {"ExtentType": kind, "ExtentValue": str(value), "ExtentUnit": unit}


def _subjects(metadata: Metadata) -> Iterator[Parts]:
    """The subjects, of which the first of each scheme is the main one; and the keywords,
    together."""
    seen = set(code_lists.THEMA.values())
    for subject in metadata.subjects:
        scheme = code_lists.subject_scheme(subject)
        yield {
            "MainSubject": None if scheme in seen else {},
            "SubjectSchemeIdentifier": scheme,
            "SubjectCode": subject.code,
            "SubjectHeadingText": subject.name,
        }
        seen.add(scheme)
    if metadata.keywords:
        yield {
            "SubjectSchemeIdentifier": code_lists.KEYWORDS,
            "SubjectHeadingText": "; ".join(metadata.keywords),
        }


def _range(audience: Audience) -> list[list[Parts]] | None:
    """The one range of ages, with a part for each bound."""
    bounds: list[Parts] = [
        {"AudienceRangePrecision": precision, "AudienceRangeValue": str(age)}
        for precision, age in (("03", audience.youngest), ("04", audience.oldest))
        if age
    ]
    return [[{"AudienceRangeQualifier": "17"}, *bounds]] if bounds else None


ORCID = "21"


def _edition_type(edition: Edition) -> str | None:
    if edition.look == "large":
        return LARGE_PRINT
    return FOR_TEACHERS if edition.has_answers else None


def _contributor(number: int, person: Contributor, metadata: Metadata) -> Parts:
    roles = dict.fromkeys(
        code_lists.ROLES.get(role, code_lists.OTHER_ROLE) for role in person.roles
    )
    orcid = {"NameIDType": ORCID, "IDValue": person.orcid.replace("-", "")}
    is_publisher = not person.kind and person.name == metadata.publisher
    name: Parts = {"PersonName": person.name, "PersonNameInverted": person.sort_name}
    if person.kind == "organisation" or is_publisher:
        name = {"CorporateName": person.name}
    return {
        "SequenceNumber": str(number),
        "ContributorRole": list(roles),
        "NameIdentifier": orcid if person.orcid else None,
        **name,
    }


# --- accessibility: codes of list 196 -----------------------------------------------------


SUMMARY, CERTIFIER, CREDENTIAL, CREDENTIAL_ADDRESS, REPORT = "00", "90", "88", "89", "94"


def features(product: Product, metadata: Metadata) -> Iterator[Parts]:
    """The claims of the e-book, and no others; for a PDF, its own."""
    if product.edition.format == "pdf":
        is_older = not standards_for(product.edition, metadata).is_pdf2
        yield from map(_feature, (*((code_lists.PDF_UA,) if is_older else ()), *code_lists.PDF))
        return
    claims, certification = product.accessibility, metadata.accessibility
    if claims is None:
        return
    yield _feature(SUMMARY, claims.summary)
    claimed = [code_lists.FEATURES[name] for name in claims.features if name in code_lists.FEATURES]
    passed = {verdict.rule for verdict in claims.audit if not verdict.failed}
    claimed += [code for rule, code in code_lists.RULES.items() if rule in passed]
    claimed += code_lists.ALWAYS
    if "textual" in claims.sufficient:
        claimed.append(code_lists.READ_WITHOUT_SIGHT)
    if claims.conforms_to:
        claimed += code_lists.CONFORMS
    yield from map(_feature, sorted(set(claimed)))
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
