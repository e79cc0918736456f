"""Records for shops and libraries: ONIX that the schemas of EDItEUR accept, and OPDS."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import onixcheck
import pytest
from click.testing import CliRunner
from langcodes.data_dicts import LANGUAGE_ALPHA3
from PIL import Image, ImageChops

import pipeline
from pipeline import commands
from pipeline.features.catalog import onix
from pipeline.model.catalog import is_product
from pipeline.model.editions import EDITIONS
from pipeline.parser.frontmatter.contributors import MARC
from pipeline.parser.frontmatter.registered import GROUPS
from tests.helpers import making

NS = {"o": "http://ns.editeur.org/onix/3.0/reference"}

SOURCE = """---
title: The Well
subtitle: A handout & more
short_title: Well
sort_title: Well, The
authors:
  - name: Ann Author
    sort_name: Author, Ann
    role: [author, illustrator]
    orcid: 0000-0002-1825-0097
contributors:
  - {name: The Well Trust, role: funder, type: organisation}
lang: en-GB
languages: [fr]
date: 2026-05-03
modified: 2026-06-01
edition_statement: Second, revised edition
description: How a village got its well.
keywords: [water, villages]
subjects:
  - BISAC EDU029030 Teaching Methods
  - Thema JNU Teaching of a specific subject
  - Thema 4Z
audience: {for: [teachers, school], ages: 10-14, level: Key Stage 3}
publisher: Example Press
imprint: Well Books
place: London
rights: © 2026 Ann Author
licence: CC BY 4.0
isbn: {epub: 978-0-306-40615-7, print: 978-3-16-148410-0}
identifiers: doi:10.1000/182
url: https://example.org/handouts/
series: {name: Handouts, position: 2, issn: 2049-3630}
accessibility: {certified_by: Example Press, report: "https://example.org/report"}
---

# How it began

A formula, $x^2$, and [the report](https://example.org/r).
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all that is built, and the records."""
    folder = tmp_path_factory.mktemp("catalog")
    (folder / "well.md").write_text(SOURCE, "utf-8")
    result = pipeline.build(folder / "well.md", out=folder, options=pipeline.Options(catalog=True))
    assert result.diagnostics == ()
    assert {file.name for file in result.files} >= {"well-onix.xml", "well-opds.json"}
    return folder / "well"


@pytest.fixture(scope="module")
def products(built: Path) -> list[ET.Element]:
    return ET.parse(built / "well-onix.xml").getroot().findall("o:Product", NS)


@pytest.fixture(scope="module")
def opds(built: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built / "well-opds.json").read_text("utf-8"))
    return found


def faults(data: bytes, folder: Path, version: str = "3.0") -> list[str]:
    """The errors that EDItEUR's schemas, with all code lists, find in a message, read as one of a
    version of ONIX."""
    text = data.decode().replace("onix/3.0/", f"onix/{version}/")
    file = folder / "message.xml"
    file.write_text(text.replace('release="3.0"', f'release="{version}"'), "utf-8")
    return [str(found) for found in onixcheck.validate(str(file), schemas=("xsd", "rng"))]


def texts(product: ET.Element, path: str) -> list[str]:
    """The texts of elements; ``a/b`` is a path from anywhere."""
    wanted = "/".join(f"o:{step}" for step in path.split("/"))
    return [element.text or "" for element in product.findall(f".//{wanted}", NS)]


def records_of(front: str, folder: Path, *editions: str) -> dict[str, bytes]:
    """The records of a short text, whose handout is built if no edition is named."""
    (folder / "x.md").write_text(f"---\n{front}\n---\n\nText.\n", "utf-8")
    options = pipeline.Options(catalog="records")
    files = pipeline.build(
        folder / "x.md", editions or ("handout",), out=folder, options=options
    ).files
    return {file.name: file.read_bytes() for file in files}


# --- ONIX ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_the_message_is_valid(version: str, built: Path, tmp_path: Path) -> None:
    assert faults((built / "well-onix.xml").read_bytes(), tmp_path, version) == []


def test_the_schemas_find_faults(built: Path, tmp_path: Path) -> None:
    broken = (built / "well-onix.xml").read_bytes().replace(b">E101<", b">E999<")
    assert faults(broken, tmp_path)


def test_each_product_has_a_record_of_its_own(products: list[ET.Element]) -> None:
    book, handout = products
    assert texts(book, "ProductFormDetail") == ["E101", "E200"]
    assert texts(handout, "ProductFormDetail") == ["E107", "E201"]
    references = [texts(product, "RecordReference") for product in products]
    assert references[0] != references[1]
    for product in products:
        assert texts(product, "NotificationType") == ["03"]
        assert texts(product, "EpubTechnicalProtection") == ["00"]
        assert texts(product, "PublishingStatus") == ["04"]


def test_the_numbers_of_the_book(products: list[ET.Element]) -> None:
    book, handout = products
    numbers = book.findall("o:ProductIdentifier", NS)
    pairs = [(texts(n, "ProductIDType")[0], texts(n, "IDValue")[0]) for n in numbers]
    assert pairs[:2] == [("03", "9780306406157"), ("15", "9780306406157")]
    assert ("06", "10.1000/182") in pairs
    own = handout.findall("o:ProductIdentifier/o:IDValue", NS)
    assert "9780306406157" not in [number.text for number in own]


def test_products_know_each_other_and_the_printed_book(products: list[ET.Element]) -> None:
    book, handout = products
    assert texts(book, "ProductRelationCode") == ["13", "06"]
    assert "9783161484100" in texts(book, "RelatedProduct/ProductIdentifier/IDValue")
    assert texts(handout, "ProductRelationCode") == ["06", "06"]
    assert "9780306406157" in texts(handout, "RelatedProduct/ProductIdentifier/IDValue")


def test_the_teachers_book_leads_to_the_students(tmp_path: Path) -> None:
    records = records_of("title: A\npublisher: B", tmp_path, "handout", "teacher")
    assert faults(records["x-onix.xml"], tmp_path) == [], "a record of little is a valid one"
    root = ET.fromstring(records["x-onix.xml"])
    assert texts(root, "ProductRelationCode") == ["40", "39"]
    assert texts(root, "EditionType") == ["TCH"]


def test_what_it_is_and_for_whom(products: list[ET.Element]) -> None:
    book = products[0]
    assert texts(book, "TitleText") == ["Handouts", "The Well", "Well"]
    assert texts(book, "Subtitle") == ["A handout & more"]
    assert texts(book, "ContributorRole") == ["A01", "A12", "Z99"]
    assert texts(book, "PersonNameInverted") == ["Author, Ann"]
    assert texts(book, "CorporateName") == ["The Well Trust"]
    assert texts(book, "EditionStatement") == ["Second, revised edition"]
    assert texts(book, "LanguageCode") == ["eng", "fre"]
    assert texts(book, "SubjectSchemeIdentifier") == ["10", "93", "97", "20"]
    assert texts(book, "SubjectCode") == ["EDU029030", "JNU", "4Z"]
    assert texts(book, "AudienceCodeValue") == ["06", "04"]
    assert texts(book, "AudienceRangeValue") == ["10", "14"]
    assert texts(book, "TextContent/Text") == ["How a village got its well."] * 2


def test_where_and_by_whom_it_is_published(products: list[ET.Element]) -> None:
    book = products[0]
    assert texts(book, "ImprintName") == ["Well Books"]
    assert texts(book, "PublisherName") == ["Example Press"]
    assert texts(book, "CityOfPublication") == ["London"]
    assert texts(book, "PublishingDate/Date") == ["20260503"]
    assert texts(book, "RegionsIncluded") == ["WORLD"]
    assert texts(book, "UnpricedItemType") == ["01"]
    assert texts(book, "WebsiteLink") == ["https://example.org/handouts/well.epub"]
    assert texts(book, "ResourceLink") == ["https://example.org/handouts/well-cover.jpg"]


def test_the_codes_of_accessibility_are_the_claims_of_the_book(
    built: Path, products: list[ET.Element]
) -> None:
    claimed = json.loads((built / "manifest.json").read_text("utf-8"))["outputs"]
    features = next(o["accessibility"]["features"] for o in claimed if o["edition"] == "ebook")
    values = texts(products[0], "ProductFormFeatureValue")
    assert {onix.FEATURES[name] for name in features if name in onix.FEATURES} <= set(values)
    assert onix.FEATURES["alternativeText"] not in values, "there are no images"
    assert set(onix.CONFORMS) <= set(values)
    said = texts(products[0], "ProductFormFeatureDescription")
    assert said[1:] == ["Example Press", "https://example.org/report"]
    assert "EPUB Accessibility 1.1" in said[0]
    assert texts(products[1], "ProductFormFeatureValue")[0] == "05", "the PDF is PDF/UA-1"


def test_what_nobody_certifies_does_not_conform(tmp_path: Path) -> None:
    data = records_of("title: A\npage_list: false", tmp_path, "ebook")["x-onix.xml"]
    values = texts(ET.fromstring(data), "ProductFormFeatureValue")
    assert not {*onix.CONFORMS, "90"} & set(values)


def test_every_word_of_the_front_matter_has_a_code(tmp_path: Path) -> None:
    schemes = {
        "BISAC": "EDU029030",
        "Thema": "JNU",
        "DDC": "371.33",
        "UDC": "37.02",
        "LCSH": "sh85123357",
        "LCC": "LB1025",
        "FAST": "1119900",
        "MeSH": "D004493",
        "AAT": "300055985",
        "CLIL": "3080",
        "WGS": "810",
        "NDC": "375",
        "EuroVoc": "4489",
    }
    assert schemes.keys() == {"Thema", *onix.SCHEMES}
    assert onix.AUDIENCES.keys() == set(GROUPS)
    front = {
        "title": "All of it",
        "identifier": "isbn:9780306406157",
        "contributors": [{"name": role, "role": role} for role in MARC],
        "subjects": [{"scheme": scheme, "code": code} for scheme, code in schemes.items()],
        "audience": {"for": list(GROUPS)},
        "languages": list(LANGUAGE_ALPHA3),
        "publisher": "Example Press",
    }
    text = "\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items())
    data = records_of(text, tmp_path)["x-onix.xml"]
    assert faults(data, tmp_path) == []
    product = ET.fromstring(data)
    assert len(texts(product, "SubjectCode")) == len(schemes)
    assert len(texts(product, "ContributorRole")) == len(MARC)


def test_editions_that_are_products() -> None:
    names = {edition.name for edition in EDITIONS.values() if is_product(edition)}
    assert names == set("ebook handout letter large-print teacher teacher-ebook form".split())


# --- OPDS ----------------------------------------------------------------------------------

LINK = {
    "type": "object",
    "required": ["href", "type"],
    "properties": {
        "href": {"type": "string"},
        "type": {"type": "string"},
        "rel": {"type": "string"},
        "width": {"type": "integer", "exclusiveMinimum": 0},
        "height": {"type": "integer", "exclusiveMinimum": 0},
    },
}
NAMED = {"anyOf": [{"type": "string"}, {"type": "object", "required": ["name"]}]}
PUBLICATION = {
    "type": "object",
    "required": ["metadata", "links", "images"],
    "properties": {
        "metadata": {
            "type": "object",
            "required": ["title"],
            "properties": {
                "@type": {"type": "string", "pattern": "^http"},
                "modified": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                "published": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
                "author": {"type": "array", "items": NAMED},
                "subject": {"type": "array", "items": NAMED},
                "readingProgression": {"enum": ["ltr", "rtl"]},
            },
        },
        "links": {
            "type": "array",
            "items": LINK,
            "allOf": [
                {"contains": {"properties": {"rel": {"const": "self"}}}},
                {"contains": {"properties": {"rel": {"pattern": "^http://opds-spec.org/acq"}}}},
            ],
        },
        "images": {
            "type": "array",
            "items": LINK,
            "contains": {"properties": {"type": {"enum": ["image/jpeg", "image/png"]}}},
        },
    },
}
"""The requirements of the schemas of OPDS 2.0 and Readium's manifest."""


def test_the_publication_is_valid(opds: dict[str, Any]) -> None:
    jsonschema.validate(opds, PUBLICATION)


def test_the_publication_says_what_it_is(opds: dict[str, Any]) -> None:
    said = opds["metadata"]
    assert (said["title"], said["sortAs"]) == ("The Well", "Well, The")
    assert said["author"][0]["identifier"] == "https://orcid.org/0000-0002-1825-0097"
    assert said["language"] == ["en-GB", "fr"]
    assert said["modified"] == "2026-06-01T00:00:00Z"
    assert said["belongsTo"]["series"] == {
        "name": "Handouts",
        "position": 2,
        "identifier": "urn:issn:2049-3630",
    }
    assert {"name": "water"} in said["subject"]
    assert said["accessibility"]["certification"]["certifiedBy"] == "Example Press"


def test_its_links_are_full_and_lead_to_what_is_there(opds: dict[str, Any], built: Path) -> None:
    base = "https://example.org/handouts/"
    links = [*opds["links"], *opds["images"]]
    files = [link["href"].removeprefix(base) for link in links if link["href"].startswith(base)]
    assert files == "well-opds.json well.epub well.pdf well.html well-cover.jpg".split()
    assert all((built / file).is_file() for file in files)
    sizes = {link["href"]: link["size"] for link in links if "size" in link}
    assert sizes[f"{base}well.epub"] == (built / "well.epub").stat().st_size


def test_the_cover_is_that_of_the_book(opds: dict[str, Any], built: Path) -> None:
    book = making.unpacked(built / "well.epub")
    with (
        Image.open(built / "well-cover.jpg") as cover,
        Image.open(io.BytesIO(book["cover.png"])) as shown,
    ):
        assert (cover.format, cover.mode) == ("JPEG", "RGB")
        difference = ImageChops.difference(cover, shown.convert("RGB")).convert("L")
    assert sum(difference.histogram()[60:]) == 0
    assert (opds["images"][0]["width"], opds["images"][0]["height"]) == (1600, 2560)


def test_without_an_address_links_are_those_of_the_folder(tmp_path: Path) -> None:
    said = json.loads(records_of("title: A\nlang: ar", tmp_path)["x-opds.json"])
    assert [link["href"] for link in said["links"]] == ["x-opds.json", "x.pdf"]
    assert said["links"][1]["rel"] == "http://opds-spec.org/acquisition"
    assert said["metadata"]["readingProgression"] == "rtl"


# --- the command ---------------------------------------------------------------------------


def test_the_records_are_the_same_every_time(built: Path, tmp_path: Path) -> None:
    shutil.copy(built.parent / "well.md", tmp_path)
    done = CliRunner().invoke(
        commands.main, ["build", str(tmp_path / "well.md"), "--out", str(tmp_path), "--catalog"]
    )
    assert done.exit_code == 0
    for name in ("well-onix.xml", "well-opds.json", "well-cover.jpg"):
        assert (tmp_path / "well" / name).read_bytes() == (built / name).read_bytes()


def test_parts_of_a_publication_have_no_records(built: Path) -> None:
    source = str(built.parent / "well.md")
    done = CliRunner().invoke(commands.main, ["build", source, "--split", "1", "--catalog"])
    assert done.exit_code == 2
    assert "leave out --split" in done.output


def test_what_shops_will_ask_for(tmp_path: Path) -> None:
    def missing(*editions: str) -> list[str]:
        front = "---\ntitle: A\npage_list: false\n---\n\n"
        (tmp_path / "x.md").write_text(f"{front}Text.\n", "utf-8")
        options = pipeline.Options(catalog=True)
        result = pipeline.build(tmp_path / "x.md", editions, out=tmp_path, options=options)
        return [f"{one.code} {one.message} {one.hint}" for one in result.diagnostics]

    (told,) = missing("web", "ebook")
    assert told.startswith("missing-for-shops ")
    for what in ("ISBN for the e-book", "the authors", "description", "`subjects`", "`date`"):
        assert what in told
    (told,) = missing("web")
    assert "None of these editions" in told
