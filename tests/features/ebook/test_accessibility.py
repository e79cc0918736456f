"""The accessibility claims of an e-book, and the obstacles to more."""

from __future__ import annotations

import io
import re
from pathlib import Path

import msgspec
import pytest
from PIL import Image

import pipeline
from pipeline import Document
from pipeline.model.editions import EDITIONS
from pipeline.model.rendered import Accessibility, Pages
from pipeline.model.words import words
from pipeline.verify.audit import CRITERIA, FOR_PEOPLE, RULES, STANDARD, criteria_met_by_nature
from pipeline.verify.audit import audit_book as audit
from tests.helpers import making
from tests.helpers.documentation import DOCS

EBOOK = EDITIONS["ebook"]
TITLE = "---\ntitle: The well\n---\n\n"


def moving_image() -> bytes:
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 120, 255)]
    output = io.BytesIO()
    frames[0].save(output, "GIF", save_all=True, append_images=frames[1:], duration=90, loop=0)
    return output.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("images")
    Image.new("L", (8, 8)).save(found / "well.png")
    Image.new("L", (8, 8)).save(found / "IMG_0042.png")
    (found / "pump.gif").write_bytes(moving_image())
    return found


def read(text: str, folder: Path) -> tuple[Document, Pages]:
    """A source as the e-book's document and pages."""
    source = text if text.startswith("---") else TITLE + text
    document = making.resolved(source, "ebook", folder)
    return document, audit(document, making.rendered(document))


def claims(pages: Pages) -> Accessibility:
    assert pages.accessibility is not None
    return pages.accessibility


def broken(pages: Pages) -> list[str]:
    return [verdict.rule for verdict in claims(pages).audit if verdict.failed]


# --- what is wrong with a source -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "finding"),
    [
        ("![IMG_0042.png](IMG_0042.png)", "images-described", ("vague-alt", 5, 1)),
        ("![IMG_0042](IMG_0042.png)", "images-described", ("vague-alt", 5, 1)),
        ("![image](well.png)", "images-described", ("vague-alt", 5, 1)),
        ("Text.\n\n![A pump](pump.gif)", "no-animation", ("moving-image", 7, 1)),
        (
            "|   |   |\n|---|---|\n| a | b |\n| c | d |",
            "tables-have-headers",
            ("unheaded-table", 5, 1),
        ),
        ("See [here](https://example.org).", "links-named", ("vague-link", 5, 5)),
        ("[Click here!](https://example.org)", "links-named", ("vague-link", 5, 1)),
        ("[`here`](https://x.org), [*here*](https://x.org)", "links-named", ("vague-link", 5, 26)),
        ("[](https://example.org)", "links-named", ("vague-link", 5, 1)),
        (
            "---\ntitle: Wells\nlang: en\n---\n\nThey say:\n\nΤο πηγάδι είναι βαθύ και κρύο.",
            "languages-marked",
            ("unmarked-language", 8, 1),
        ),
    ],
)
def test_what_breaks_a_rule_is_reported_where_it_is(
    text: str, rule: str, finding: tuple[str, int, int], folder: Path
) -> None:
    _, pages = read(text, folder)
    assert broken(pages) == [rule]
    assert [(f.code, f.line, f.column) for f in pages.findings] == [finding]
    assert pages.findings[0].hint
    assert not pages.findings[0].is_error


@pytest.mark.parametrize(
    "text",
    [
        "![A bucket on a rope](well.png)",
        "![](well.png){.decorative}",
        "| Who | When |\n|---|---|\n| a | b |\n| c | d |",
        "|   |   |\n|---|---|\n| a | b |\n| c | d |\n{head-columns=1}",
        "|   |   |\n|---|---|\n|   |   |\n|   |   |",  # a grid to fill in
        "|   |   |\n|---|---|\n| a | b |",  # side by side, no data
        "See [the report](https://example.org), and <https://example.org>.",
        "The word πηγάδι is Greek for well.",
        "[Το πηγάδι είναι βαθύ και κρύο.]{lang=el}",
        "---\ntitle: Το πηγάδι\nlang: el\n---\n\nΤο πηγάδι είναι βαθύ και κρύο.",
        "# One\n\n### Three",  # resolving mends it, and has warned
        "A formula, $x^2$.",
    ],
)
def test_what_is_fine_is_not_reported(text: str, folder: Path) -> None:
    _, pages = read(text, folder)
    assert pages.findings == ()
    assert broken(pages) == []


def test_links_are_vague_in_the_language_of_the_text(folder: Path) -> None:
    link = "[hier](https://example.org)"
    assert not read(link, folder)[1].findings
    assert read(f"---\ntitle: Der Brunnen\nlang: de-AT\n---\n\n{link}", folder)[1].findings


def test_what_works_are_called_needs_no_language(tmp_path: Path) -> None:
    title = "Записки о колодцах и о тех, кто их копал"
    (tmp_path / "refs.bib").write_text(
        f"@book{{kopal1990, author={{Кopal, Ivan}}, title={{{title}}}, year=1990}}\n", "utf-8"
    )
    text = "---\ntitle: A\nbibliography: refs.bib\n---\n\nSee @kopal1990.\n\n::: bibliography\n:::"
    _, pages = read(text, tmp_path)
    assert title in "".join(page.markup for page in pages.pages)
    assert pages.findings == ()


def test_an_image_without_words_is_reported_once(folder: Path) -> None:
    document, pages = read("![](well.png)", folder)
    assert [found.code for found in document.diagnostics] == ["missing-alt"]
    assert pages.findings == ()
    assert broken(pages) == ["images-described"]


# --- what is wrong with the markup, which templates of one's own can make ------------------

SOUND = TITLE + "# One\n\nText.[^1]\n\n## Two\n\n![A bucket](well.png)\n\n[^1]: A note."


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("</body>", "", "pages-readable"),
        ("h2", "h5", "headings-in-order"),
        (">Two</h2>", "></h2>", "headings-in-order"),
        ("<p>Text.", '<p>Text.<span id="one"></span>', "references-resolve"),
        ("<p>Text.", '<p aria-describedby="nowhere">Text.', "references-resolve"),
        ("<p>Text.", '<p>Text.<script src="a.js"></script>', "no-active-content"),
        ("<title>One</title>", "<title></title>", "pages-titled"),
        (' lang="en"', "", "language-declared"),
        ("one.xhtml#two", "one.xhtml#three", "contents-resolve"),
        (
            "<p>Text.",
            '<p><span id="p1" role="doc-pagebreak" aria-label="1"></span>Text.',
            "print-pages-listed",
        ),
    ],
)
def test_markup_that_breaks_a_rule(old: str, new: str, rule: str, folder: Path) -> None:
    document, pages = read(SOUND, folder)
    assert any(old in page.markup for page in pages.pages)
    changed = tuple(
        msgspec.structs.replace(page, markup=page.markup.replace(old, new)) for page in pages.pages
    )
    after = audit(document, msgspec.structs.replace(pages, pages=changed))
    assert rule in broken(after)
    assert "inaccessible-page" in {found.code for found in after.findings}


@pytest.mark.parametrize(
    ("css", "rule"),
    [
        ("p { font-size: 12px }", "text-adapts"),
        ("p { line-height: 1 !important }", "text-adapts"),
        ("p { color: #999 }", "contrast-sufficient"),
        ("p { color: #000; background: #222 }", "contrast-sufficient"),
        ("p { color: #fff; background-color: #222 }", ""),
        ("p { font-size: 1.2em; color: inherit }", ""),
    ],
)
def test_styles_that_break_a_rule(css: str, rule: str, folder: Path) -> None:
    document, pages = read(SOUND, folder)
    style = msgspec.structs.replace(pages.styles[0], css=css)
    after = audit(document, msgspec.structs.replace(pages, styles=(style,)))
    assert broken(after) == ([rule] if rule else [])
    features = claims(after).features
    assert ("displayTransformability" in features) is (rule != "text-adapts")


# --- claims --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("![A bucket](well.png)", "alternativeText"),
        ("A formula, $x^2$.", "MathML"),
        ("A formula, $x^2$.", "describedMath"),
        ("A [well]{.index}.\n\n# Index\n\n::: index\n:::", "index"),
        ("<ruby>井<rt>i</rt></ruby>", "rubyAnnotations"),
    ],
)
def test_features_are_those_of_the_content(text: str, feature: str, folder: Path) -> None:
    assert feature not in claims(read("Text.", folder)[1]).features
    assert feature in claims(read(text, folder)[1]).features


def test_of_an_image_that_moves_nobody_knows_the_hazards(folder: Path) -> None:
    still, moving = (read(f"![It]({name})", folder)[1] for name in ("well.png", "pump.gif"))
    assert claims(still).hazards == (
        "noFlashingHazard",
        "noMotionSimulationHazard",
        "noSoundHazard",
    )
    assert claims(moving).hazards == ("unknown",)


CERTIFIED = "---\ntitle: A\naccessibility:\n  certified_by: Example Press\n---\n\n"


def test_conformance_is_claimed_where_somebody_vouches_for_it(folder: Path) -> None:
    assert claims(read("Text.", folder)[1]).conforms_to == ""
    found = claims(read(CERTIFIED + "Text.", folder)[1])
    assert found.conforms_to == STANDARD == "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"
    assert "Example Press certifies" in found.summary


def test_conformance_is_not_claimed_where_a_rule_is_broken(folder: Path) -> None:
    _, pages = read(CERTIFIED + "See [here](https://example.org).", folder)
    assert claims(pages).conforms_to == ""
    assert "Example Press" not in claims(pages).summary
    withheld = pages.findings[-1]
    assert (withheld.code, withheld.line, withheld.column) == ("claim-withheld", 4, 17)
    assert "`links-named`" in withheld.message


def test_the_summary_says_what_is_there_and_what_is_not(folder: Path) -> None:
    plain = claims(read("Text.", folder)[1]).summary
    assert "no images but the cover" in plain
    assert "No third party has certified" in plain
    assert "are described in words" in claims(read("![A bucket](well.png)", folder)[1]).summary
    assert "no description" in claims(read("![](well.png)", folder)[1]).summary
    own = "---\ntitle: A\naccessibility: {summary: Read by six pupils.}\n---\n\nText."
    assert claims(read(own, folder)[1]).summary == "Read by six pupils."


@pytest.mark.parametrize("lang", ["en", "de", "es", "fr", "pt", "ar", "zh"])
def test_the_summary_names_the_certifier_in_every_language(lang: str, folder: Path) -> None:
    text = CERTIFIED.replace("title: A\n", f"title: A\nlang: {lang}\n") + "1."
    said = claims(read(text, folder)[1]).summary
    assert "Example Press" in said
    assert said.startswith(words(lang)["accessible_text"])


# --- the rules and what they are about -----------------------------------------------------


def test_the_criteria_are_those_of_wcag() -> None:
    assert len(CRITERIA) == 55, "31 of level A and 24 of level AA"
    assert {number for rule in RULES for number in rule.criteria} <= set(CRITERIA)
    assert FOR_PEOPLE.keys() <= set(CRITERIA)


def test_every_criterion_is_judged_by_something(folder: Path) -> None:
    audit = claims(read("Text.", folder)[1]).audit
    by_rules = {number for verdict in audit for number in verdict.criteria}
    assert by_rules | FOR_PEOPLE.keys() | set(criteria_met_by_nature(audit)) == set(CRITERIA)
    assert "1.2.2" in criteria_met_by_nature(audit)
    assert "1.4.1" not in criteria_met_by_nature(audit)


def test_the_documentation_lists_the_rules() -> None:
    page = (DOCS / "accessibility.md").read_text("utf-8")
    shown = re.findall(r"^\| `([a-z-]+)` \|.*\| ([\d., ]*)\|$", page, re.MULTILINE)
    assert shown == [
        (rule.name, ", ".join(rule.criteria) + " " * bool(rule.criteria)) for rule in RULES
    ]
    for number, what in FOR_PEOPLE.items():
        assert f"| {number} | {what} |" in page


def test_the_manifest_has_the_audit(folder: Path, tmp_path: Path) -> None:
    text = CERTIFIED.replace("title: A\n", "title: A\npage_list: false\n")
    (tmp_path / "x.md").write_text(f"{text}Text.\n", "utf-8")
    pipeline.build(tmp_path / "x.md", ["ebook"], out=tmp_path)
    written = msgspec.json.decode((tmp_path / "x" / "manifest.json").read_bytes())
    audit = written["outputs"][0]["accessibility"]
    assert audit["conforms_to"] == STANDARD
    assert [rule["rule"] for rule in audit["rules"]] == [rule.name for rule in RULES]
    assert {
        "rule": "tables-have-headers",
        "criteria": ["1.3.1"],
        "checked": 0,
        "failed": 0,
    } in audit["rules"]
    assert audit["for_people"] == FOR_PEOPLE
