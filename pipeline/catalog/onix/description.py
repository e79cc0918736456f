"""The block of an ONIX record that describes a product: form, titles, people, subjects, readers."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.catalog.elements import element, texts
from pipeline.catalog.onix import codes
from pipeline.catalog.onix.accessibility import features
from pipeline.catalog.record import Product, Record
from pipeline.editions import STANDARD_PRINT
from pipeline.metadata import Audience, Contributor, Metadata, Series, Subject

FORMS = {"epub": ("E101", "E200"), "pdf": ("E107", "E201")}
"""List 175: EPUB that reflows, PDF with fixed pages."""

EDITION_TYPES = {"large-print": "LTE", "teacher": "TCH", "teacher-ebook": "TCH"}
"""List 21, by the names of editions."""


def description(product: Product, record: Record) -> ET.Element:
    metadata = record.metadata
    return element(
        "DescriptiveDetail",
        element("ProductComposition", "00"),
        element("ProductForm", "ED"),
        texts("ProductFormDetail", FORMS[product.edition.format]),
        features(product, metadata.accessibility),
        element("PrimaryContentType", "10"),
        element("EpubTechnicalProtection", "00"),
        _licence(metadata),
        _collection(metadata.series) if metadata.series else None,
        _titles(metadata),
        _contributors(metadata),
        _edition(product, metadata),
        _languages(metadata),
        _extents(product, record),
        _subjects(metadata),
        _audience(metadata.audience),
    )


def _licence(metadata: Metadata) -> ET.Element | None:
    licence = metadata.licence
    if licence is None:
        return None
    expression = element(
        "EpubLicenseExpression",
        element("EpubLicenseExpressionType", "01"),
        element("EpubLicenseExpressionLink", licence.url),
    )
    return element(
        "EpubLicense", element("EpubLicenseName", licence.name), expression if licence.url else None
    )


def _collection(series: Series) -> ET.Element:
    issn = element(
        "CollectionIdentifier",
        element("CollectionIDType", "02"),
        element("IDValue", series.issn.replace("-", "")),
    )
    return element(
        "Collection",
        element("CollectionType", "10"),
        issn if series.issn else None,
        element(
            "TitleDetail",
            element("TitleType", "01"),
            element(
                "TitleElement",
                element("TitleElementLevel", "02"),
                texts("PartNumber", [series.position]),
                element("TitleText", series.name),
            ),
        ),
    )


def _titles(metadata: Metadata) -> Iterator[ET.Element]:
    yield _title("01", metadata.title, metadata.subtitle)
    if metadata.short_title:
        yield _title("05", metadata.short_title)


def _title(kind: str, title: str, subtitle: str = "") -> ET.Element:
    return element(
        "TitleDetail",
        element("TitleType", kind),
        element(
            "TitleElement",
            element("TitleElementLevel", "01"),
            element("TitleText", title),
            texts("Subtitle", [subtitle]),
        ),
    )


def _edition(product: Product, metadata: Metadata) -> Iterator[ET.Element]:
    statement = metadata.edition_statement
    if kind := EDITION_TYPES.get(product.edition.name):
        yield element("EditionType", kind)
    if statement.isdigit():
        yield element("EditionNumber", statement)
    elif statement:
        yield element("EditionStatement", statement)


def _languages(metadata: Metadata) -> Iterator[ET.Element]:
    tags = (metadata.lang, *metadata.languages)
    for code in dict.fromkeys(map(codes.language, tags)):
        yield element("Language", element("LanguageRole", "01"), element("LanguageCode", code))


def _extents(product: Product, record: Record) -> Iterator[ET.Element]:
    """The pages of a PDF, or those of the printed edition that an e-book tells; the size."""
    claims = product.accessibility
    printed = next((one.pages for one in record.products if one.edition.name == STANDARD_PRINT), 0)
    if product.pages:
        yield _extent("00", product.pages, "03")
    elif printed and claims and "pageBreakMarkers" in claims.features:
        yield _extent("08", printed, "03")
    yield _extent("22", product.size, "17")


def _extent(kind: str, value: int, unit: str) -> ET.Element:
    return element(
        "Extent",
        element("ExtentType", kind),
        element("ExtentValue", str(value)),
        element("ExtentUnit", unit),
    )


def _subjects(metadata: Metadata) -> Iterator[ET.Element]:
    """The subjects, of which the first of a scheme is the main one; and the keywords, together."""
    seen: set[str] = set()
    for subject in metadata.subjects:
        scheme = codes.subject_scheme(subject)
        yield _subject(subject, scheme, is_main=scheme not in seen)
        seen.add(scheme)
    if metadata.keywords:
        yield element(
            "Subject",
            element("SubjectSchemeIdentifier", codes.KEYWORDS),
            element("SubjectHeadingText", "; ".join(metadata.keywords)),
        )


def _subject(subject: Subject, scheme: str, *, is_main: bool) -> ET.Element:
    return element(
        "Subject",
        element("MainSubject") if is_main and scheme not in codes.THEMA.values() else None,
        element("SubjectSchemeIdentifier", scheme),
        element("SubjectCode", subject.code),
        texts("SubjectHeadingText", [subject.name]),
    )


def _audience(audience: Audience) -> Iterator[ET.Element]:
    for code in dict.fromkeys(codes.AUDIENCES[group] for group in audience.groups):
        yield element(
            "Audience", element("AudienceCodeType", "01"), element("AudienceCodeValue", code)
        )
    bounds = [
        (precision, age)
        for precision, age in (("03", audience.youngest), ("04", audience.oldest))
        if age
    ]
    if bounds:
        yield element("AudienceRange", element("AudienceRangeQualifier", "17"), _range(bounds))
    yield from texts("AudienceDescription", [audience.level])


def _range(bounds: list[tuple[str, int]]) -> Iterator[ET.Element]:
    for precision, age in bounds:
        yield element("AudienceRangePrecision", precision)
        yield element("AudienceRangeValue", str(age))


ORCID = "21"


def _contributors(metadata: Metadata) -> Iterator[ET.Element]:
    """Authors and contributors in their order; or that there are none."""
    people = (*metadata.authors, *metadata.contributors)
    for number, person in enumerate(people, start=1):
        roles = dict.fromkeys(codes.ROLES.get(role, codes.OTHER_ROLE) for role in person.roles)
        yield element(
            "Contributor",
            element("SequenceNumber", str(number)),
            (element("ContributorRole", role) for role in roles),
            _orcid(person),
            _name(person, metadata),
        )
    if not people:
        yield element("NoContributor")


def _orcid(person: Contributor) -> ET.Element | None:
    if not person.orcid:
        return None
    return element(
        "NameIdentifier",
        element("NameIDType", ORCID),
        element("IDValue", person.orcid.replace("-", "")),
    )


def _name(person: Contributor, metadata: Metadata) -> list[ET.Element]:
    if person.kind == "organisation" or (not person.kind and person.name == metadata.publisher):
        return [element("CorporateName", person.name)]
    names = [element("PersonName", person.name)]
    if person.sort_name:
        names.append(element("PersonNameInverted", person.sort_name))
    return names
