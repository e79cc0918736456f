"""An ONIX for Books 3.0 message for shops and libraries, with a record for each product."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

from pipeline.model.catalog import Product, Record, is_open, isbn_of
from pipeline.model.editions import STANDARD_PRINT, Edition
from pipeline.model.late import late
from pipeline.model.metadata import (
    Audience,
    Certification,
    Contributor,
    Identifier,
    Metadata,
    Series,
    Subject,
)
from pipeline.model.metadata.structured_values import isbn_13
from pipeline.model.sheet import standards_for

# --- onix xml --------------------------------------------------------------------------------
# Elements of an ONIX message, from their content.

Parts: TypeAlias = Mapping[str, Any]
"""The content of an element, by name: a text, parts, or a list of several. Values that are None or
"" are left out; an element without content has no parts."""

_NOT_IN_XML = late(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def element(name: str, content: str | Parts | list[Parts], **attributes: str) -> ET.Element:
    """An element that holds a text, or parts, or parts one after the other."""
    result = ET.Element(name, attributes)
    if isinstance(content, str):
        result.text = _NOT_IN_XML.sub("", content)
        return result
    for parts in content if isinstance(content, list) else [content]:
        for child, values in parts.items():
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, ET.Element):
                    result.append(value)
                elif value not in (None, ""):
                    result.append(element(child, value))
    return result


def document(root: ET.Element) -> bytes:
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


# --- code lists ------------------------------------------------------------------------------
# From our words to the codes of ONIX's lists.

ROLES: dict[str, str] = {
    "adp": "B05", "aft": "A19", "ann": "A20", "arr": "B25", "art": "A12", "aui": "A24",
    "aus": "A03", "aut": "A01", "cmm": "A21", "cmp": "A06", "com": "C01", "cov": "A36",
    "cre": "A09", "csl": "B20", "ctg": "A39", "cwt": "A21", "dsr": "A11", "bkd": "A11",
    "edt": "B01", "ill": "A12", "ive": "A44", "ivr": "A43", "nrt": "E03", "pht": "A13",
    "pre": "E10", "res": "A51", "trc": "B33", "trl": "B06", "win": "A24", "wpr": "A23",
}  # fmt: skip
"""List 17, by MARC's relators."""

OTHER_ROLE = "Z99"

AUDIENCES: dict[str, str] = {
    "general": "01", "children": "02", "teenagers": "03", "preschool": "11", "primary school": "12",
    "lower secondary school": "13", "upper secondary school": "14", "school": "04",
    "university": "05", "adult learners": "08", "language learners": "09", "professionals": "06",
    "teachers": "06",
}  # fmt: skip
"""List 28, by the groups that the front matter knows."""

SCHEMES: dict[str, str] = {
    "BISAC": "10", "DDC": "01", "UDC": "09", "LCSH": "04", "LCC": "03", "FAST": "B6", "MeSH": "06",
    "AAT": "08", "CLIL": "29", "WGS": "26", "NDC": "40", "EuroVoc": "B0",
}  # fmt: skip
THEMA = {"1": "94", "2": "95", "3": "96", "4": "97", "5": "98", "6": "99"}
THEMA_SUBJECT = "93"
KEYWORDS = "20"

FEATURES: dict[str, str] = {
    "unlocked": "10", "tableOfContents": "11", "index": "12", "readingOrder": "13",
    "alternativeText": "14", "MathML": "17", "pageBreakMarkers": "19", "structuralNavigation": "29",
    "ARIA": "30", "latex": "35", "displayTransformability": "36", "pageNavigation": "41",
    "describedMath": "53",
}  # fmt: skip
"""List 196, by schema.org's terms."""

RULES: dict[str, str] = {"languages-marked": "22", "contrast-sufficient": "26", "links-named": "40"}
"""List 196, by rules of the audit that a book has passed."""

ALWAYS = ("32",)
"""Chapbook's e-books always have landmarks."""

READ_WITHOUT_SIGHT = "52"
CONFORMS = ("04", "82", "85")
"""EPUB Accessibility 1.1, by WCAG 2.2, at level AA."""

PDF = ("10", "13")
"""The claims of our PDFs: no encryption, and a reading order."""

PDF_UA = "05"
"""PDF/UA-1, which a PDF that follows PDF/UA-2 does not claim."""


def subject_scheme(subject: Subject) -> str:
    """List 27: of Thema's codes, those that begin with a digit qualify."""
    if subject.scheme == "Thema":
        return THEMA.get(subject.code[:1], THEMA_SUBJECT)
    return SCHEMES[subject.scheme]


UNDETERMINED = "und"


def language(tag: str) -> str:
    """The code of a language tag: the bibliographic one of ISO 639-2."""
    from langcodes import Language

    try:
        return Language.get(tag).to_alpha3("B")
    except LookupError:
        return UNDETERMINED


# --- publishing ------------------------------------------------------------------------------
# The blocks of an ONIX record about promotion, publishing and related products, and the numbers
# that it knows a product by.

DATE_FORMATS = {4: "05", 6: "01", 8: "00"}
"""List 55, by the number of digits in a date."""

ALTERNATIVE_FORMAT, BASED_ON_PRINT, STUDENT_MATERIAL, TEACHER_MATERIAL = "06", "13", "39", "40"

SHORT_DESCRIPTION = 350
"""The maximum number of characters of a short description."""


def publisher_name(metadata: Metadata) -> str:
    """The publisher's name, or else the authors' names."""
    names = ", ".join(author.name for author in metadata.authors)
    return metadata.publisher or metadata.imprint or names


def collateral(record: Record) -> Parts | None:
    description, cover = " ".join(record.metadata.description.split()), _cover(record)
    short = (
        [_text("02", description)] if description and len(description) <= SHORT_DESCRIPTION else []
    )
    full = [_text("03", record.metadata.description)] if description else []
    if not (full or cover):
        return None
    return {"TextContent": short + full, "SupportingResource": cover}


def _text(kind: str, text: str) -> Parts:
    return {"TextType": kind, "ContentAudience": "00", "Text": text}


def _cover(record: Record) -> Parts | None:
    """The cover's address, if the publication has a web address."""
    if not (record.cover and record.metadata.url):
        return None
    address = record.address(record.cover.file)
    return {
        "ResourceContentType": "01",
        "ContentAudience": "00",
        "ResourceMode": "03",
        "ResourceVersion": {"ResourceForm": "02", "ResourceLink": address},
    }


def publishing(record: Record) -> Parts | None:
    """The publisher, place and date, and worldwide rights if the licence grants them; nothing if
    there is no name."""
    metadata = record.metadata
    name = publisher_name(metadata)
    if not name:
        return None
    everywhere = {"SalesRightsType": "02", "Territory": {"RegionsIncluded": "WORLD"}}
    return {
        "Imprint": {"ImprintName": metadata.imprint or name},
        "Publisher": {"PublishingRole": "01", "PublisherName": metadata.publisher or name},
        "CityOfPublication": metadata.place,
        "PublishingStatus": "04",
        "PublishingDate": _date(metadata.date) if metadata.date else None,
        "SalesRights": everywhere if is_open(metadata) else None,
    }


def _date(date: str) -> Parts:
    digits = date.replace("-", "")
    written = element("Date", digits, dateformat=DATE_FORMATS[len(digits)])
    return {"PublishingDateRole": "01", "Date": written}


def related_products(product: Product, record: Record) -> Parts | None:
    """The printed edition that an e-book is the same as, and the other products."""
    products: list[Parts] = []
    printed = record.metadata.isbns.print
    if printed:
        code = BASED_ON_PRINT if product.edition.format == "epub" else ALTERNATIVE_FORMAT
        products.append(_related_product(code, Identifier("isbn", isbn_13(printed))))
    for other in record.products:
        if other is not product:
            products.append(
                _related_product(_relation(product, other), *numbers(other, record.metadata))
            )
    return {"RelatedProduct": products} if products else None


def _relation(product: Product, other: Product) -> str:
    """List 51: another format, or the teachers' or the students' material."""
    if product.edition.has_answers == other.edition.has_answers:
        return ALTERNATIVE_FORMAT
    return STUDENT_MATERIAL if product.edition.has_answers else TEACHER_MATERIAL


def _related_product(code: str, *identifiers: Identifier) -> Parts:
    return {"ProductRelationCode": code, "ProductIdentifier": product_identifiers(*identifiers)}


def supply(product: Product, record: Record) -> Parts | None:
    """Free availability, for publications with an open licence and an address."""
    metadata = record.metadata
    if not is_open(metadata) or not metadata.url:
        return None
    supplier = {
        "SupplierRole": "09",
        "SupplierName": publisher_name(metadata) or metadata.title,
        "Website": {"WebsiteRole": "29", "WebsiteLink": record.address(product.file)},
    }
    return {
        "SupplyDetail": {
            "Supplier": supplier,
            "ProductAvailability": "20",
            "UnpricedItemType": "01",
        }
    }


# --- numbers ------------------------------------------------------------------------------


GTIN, ISBN, DOI, URN, OWN = "03", "15", "06", "22", "01"
"""List 5."""


def numbers(product: Product, metadata: Metadata) -> tuple[Identifier, ...]:
    """A product's ISBN; for the e-book, the publication's other identifiers; and for a file without
    one of its own, an identifier derived from the publication's and the edition's name."""
    identifier = metadata.identifier
    identifiers = []
    if isbn := isbn_of(product, metadata):
        identifiers.append(Identifier("isbn", isbn_13(isbn)))
    if product.edition.name == "ebook":
        others = dict.fromkeys((*([identifier] if identifier else []), *metadata.identifiers))
        identifiers += [other for other in others if other.scheme != "isbn"]
    if not identifiers:
        identifiers.append(Identifier("uri", reference(product, metadata)))
    return tuple(identifiers)


def reference(product: Product, metadata: Metadata) -> str:
    """The permanent reference of a product's record: the publication's identifier and the
    edition."""
    base = metadata.identifier.uri if metadata.identifier else metadata.title
    return f"{base}#{product.edition.name}"


def product_identifiers(*identifiers: Identifier) -> list[Parts]:
    """An ISBN is a GTIN too, and most shops look for that."""
    pairs: list[tuple[str, str]] = []
    for identifier in identifiers:
        match identifier.scheme:
            case "isbn":
                pairs += [(GTIN, identifier.value), (ISBN, identifier.value)]
            case "doi":
                pairs.append((DOI, identifier.value))
            case "uuid":
                pairs.append((URN, identifier.uri))
            case "uri":
                pairs.append((OWN, identifier.value))
    return [
        {"ProductIDType": kind, "IDTypeName": "URI" if kind == OWN else None, "IDValue": value}
        for kind, value in pairs
    ]


# --- descriptive detail ----------------------------------------------------------------------
# The block of an ONIX record that describes a product: form, titles, people, subjects, readers,
# accessibility.

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
            for code in dict.fromkeys(map(language, (metadata.lang, *metadata.languages)))
        ],
        "Extent": list(_extents(product, record)),
        "Subject": list(_subjects(metadata)),
        "Audience": [
            {"AudienceCodeType": "01", "AudienceCodeValue": code}
            for code in dict.fromkeys(AUDIENCES[group] for group in audience.groups)
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
    seen = set(THEMA.values())
    for subject in metadata.subjects:
        scheme = subject_scheme(subject)
        yield {
            "MainSubject": None if scheme in seen else {},
            "SubjectSchemeIdentifier": scheme,
            "SubjectCode": subject.code,
            "SubjectHeadingText": subject.name,
        }
        seen.add(scheme)
    if metadata.keywords:
        yield {
            "SubjectSchemeIdentifier": KEYWORDS,
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
    roles = dict.fromkeys(ROLES.get(role, OTHER_ROLE) for role in person.roles)
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
        yield from map(_feature, (*((PDF_UA,) if is_older else ()), *PDF))
        return
    claims, certification = product.accessibility, metadata.accessibility
    if claims is None:
        return
    yield _feature(SUMMARY, claims.summary)
    claimed = [FEATURES[name] for name in claims.features if name in FEATURES]
    passed = {verdict.rule for verdict in claims.audit if not verdict.failed}
    claimed += [code for rule, code in RULES.items() if rule in passed]
    claimed += ALWAYS
    if "textual" in claims.sufficient:
        claimed.append(READ_WITHOUT_SIGHT)
    if claims.conforms_to:
        claimed += CONFORMS
    yield from map(_feature, sorted(set(claimed)))
    if claims.conforms_to and certification.certified_by:
        yield from _certification(certification.certified_by.text, certification)


def _certification(name: str, certification: Certification) -> Iterator[Parts]:
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


# --- onix ------------------------------------------------------------------------------------
# An ONIX for Books 3.0 message for shops and libraries, with a record for each product.
#
# Most of them accept ONIX 3.0; everything used here is the same in 3.1.

NAMESPACE = "http://ns.editeur.org/onix/3.0/reference"
CONFIRMED = "03"


def onix_message(
    *records: Record, sender: str = "", sent: datetime.datetime | None = None
) -> bytes:
    """The records of all products of publications, from the publisher of the first if no other
    sends them."""
    first = records[0].metadata
    products = [
        {
            "RecordReference": reference(product, record.metadata),
            "NotificationType": CONFIRMED,
            "ProductIdentifier": product_identifiers(*numbers(product, record.metadata)),
            "DescriptiveDetail": description(product, record),
            "CollateralDetail": collateral(record),
            "PublishingDetail": publishing(record),
            "RelatedMaterial": related_products(product, record),
            "ProductSupply": supply(product, record),
        }
        for record in records
        for product in record.products
    ]
    sent = sent or max(record.changed for record in records)
    content: Parts = {
        "Header": {
            "Sender": {"SenderName": sender or publisher_name(first) or first.title},
            "SentDateTime": f"{sent:%Y%m%dT%H%M%SZ}",
        },
        "Product": products,
        "NoProduct": None if products else {},
    }
    return document(element("ONIXMessage", content, release="3.0", xmlns=NAMESPACE))
