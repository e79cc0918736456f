"""Checking an e-book's claims: each false claim is planted in a correct book."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from pipeline import Diagnostic
from pipeline.commands.check.finished import CheckReport, check
from tests.commands.test_check_epub import BINARY, FILES, pack

OPF, NAV, ONE, TWO = "EPUB/book.opf", "EPUB/nav.xhtml", "EPUB/one.xhtml", "EPUB/two.xhtml"
MARK = '<span id="p{0}" epub:type="pagebreak" role="doc-pagebreak" aria-label="{0}"></span>'
PAGES = """<nav epub:type="page-list" role="doc-pagelist" hidden="hidden"><ol>
<li><a href="one.xhtml#p1">1</a></li>
<li><a href="two.xhtml#p2">2</a></li>
</ol></nav>
</body>"""
MATH = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML" alttext="x"><semantics><mi>x</mi>'
    '<annotation encoding="application/x-tex">x</annotation></semantics></math>'
)
CLAIMS = {
    "schema:accessMode": ("textual", "visual"),
    "schema:accessModeSufficient": ("textual", "textual,visual"),
    "schema:accessibilityFeature": (
        *("alternativeText", "MathML", "describedMath", "latex", "tableOfContents"),
        *("structuralNavigation", "pageBreakMarkers", "pageNavigation", "unlocked"),
    ),
    "schema:accessibilityHazard": ("noFlashingHazard", "noSoundHazard"),
    "dcterms:conformsTo": ("EPUB Accessibility 1.1 - WCAG 2.2 Level AA",),
}


def claimed(name: str, value: str) -> str:
    return f'<meta property="{name}">{value}</meta>\n'


def with_claims(files: dict[str, str], claims: str) -> dict[str, str]:
    return files | {OPF: files[OPF].replace("</metadata>", f"{claims}</metadata>")}


RIGHT = with_claims(
    FILES
    | {
        OPF: FILES[OPF].replace('properties="svg"', 'properties="svg mathml"'),
        NAV: FILES[NAV].replace("</body>", PAGES),
        ONE: FILES[ONE].replace("Text.", f"{MARK.format(1)}Text."),
        TWO: FILES[TWO].replace("<p>A note.", f"<p>{MARK.format(2)}A note, {MATH}."),
    },
    "".join(claimed(name, value) for name, values in CLAIMS.items() for value in values),
)


def found(folder: Path, files: dict[str, str]) -> tuple[Diagnostic, ...]:
    return check(pack(folder / "book.epub", files)).diagnostics


def test_claims_that_are_true(tmp_path: Path) -> None:
    assert check(pack(tmp_path / "book.epub", RIGHT)) == CheckReport()


# the replacement in a file; the claim that becomes false, and the reason
UNTRUE: dict[str, tuple[str, str, str, str, str]] = {
    "images": (ONE, ' alt="The cover"', "", "alternativeText", "without alternative text"),
    "words alone": (ONE, ' alt="The cover"', "", "textual", "without alternative text"),
    "formulas": (TWO, MATH, "", "MathML", "no formula in MathML"),
    "described": (TWO, ' alttext="x"', "", "describedMath", "without a description in words"),
    "TeX": (TWO, "x-tex", "x-text", "latex", "no formula with its TeX"),
    "marks": (ONE + TWO, "pagebreak", "page", "pageBreakMarkers", "no mark where a page begins"),
    "pages": (NAV, "page-list", "list", "pageNavigation", "no list of pages"),
    "headings": (NAV + ONE + TWO, "h1>", "p>", "structuralNavigation", "no heading"),
}


@pytest.mark.parametrize("name", UNTRUE)
def test_a_claim_that_is_untrue(name: str, tmp_path: Path) -> None:
    where, old, new, claim, reason = UNTRUE[name]
    changed = {file: text.replace(old, new) for file, text in RIGHT.items() if file in where}
    if name == "headings":
        changed = {file: text.replace("h2", "p") for file, text in changed.items()}
    assert changed != {file: RIGHT[file] for file in changed}
    told = [d for d in found(tmp_path, RIGHT | changed) if d.source.endswith(OPF)]
    (finding,) = [d for d in told if f"The book claims “{claim}”, which is not true." == d.message]
    assert reason in finding.hint
    line = RIGHT[OPF].splitlines()[finding.line - 1]
    assert f">{claim}</meta>" in line


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (("schema:accessMode", "auditory"), "no audio"),
        (("schema:accessibilityFeature", "index"), "marked as an index"),
        (("schema:accessibilityFeature", "longDescription"), "long description"),
        (("schema:accessibilityHazard", "none"), "contradicts the other hazards"),
        (("schema:accessibilityHazard", "flashing"), "contradicts the other hazards"),
    ],
)
def test_a_claim_too_many(claim: tuple[str, str], message: str, tmp_path: Path) -> None:
    (finding,) = found(tmp_path, with_claims(RIGHT, claimed(*claim)))
    assert message in f"{finding.message} {finding.hint}"


def test_a_book_with_an_image_without_words_conforms_to_nothing(tmp_path: Path) -> None:
    undescribed = RIGHT | {ONE: RIGHT[ONE].replace(' alt="The cover"', "")}
    messages = [d.message for d in found(tmp_path, undescribed)]
    assert any("Level AA”, which is not true." in message for message in messages)


@pytest.mark.parametrize(
    ("kind", "size", "message"),
    [
        ("WEBP", (1, 1), "do not show images of the type image/webp"),
        ("PNG", (3000, 2000), "6.0 million pixels"),
        ("PNG", (2000, 2800), ""),
    ],
)
def test_an_image_that_shops_refuse(
    kind: str, size: tuple[int, int], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", size).save(file, kind)
    name = f"cover.{kind.lower()}"
    others = {path: data for path, data in BINARY.items() if path != "EPUB/cover.png"}
    binary = {f"EPUB/{name}": file.getvalue(), **others}
    monkeypatch.setattr("tests.commands.test_check_epub.BINARY", binary)
    files = {
        path: text.replace("cover.png", name).replace("image/png", f"image/{kind.lower()}")
        for path, text in RIGHT.items()
    }
    messages = [d.message for d in found(tmp_path, files)]
    assert [message in one for one in messages] == ([True] if message else [])
