"""A build by code that leaks: each leak is found in the finished files, and holds them back."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pytest
from PIL import Image

import pipeline
from pipeline import Options, Result
from pipeline.features import catalog, site
from pipeline.package import html
from pipeline.package import package as packaged
from pipeline.render import render as rendered

LEAKS = {
    "a title": "Amber lanterns flicker softly",
    "an attribute": "Brass compasses wander northwards",
    "an alternative text": "Crooked ladders lean backwards",
    "the search index": "Dusty ledgers whisper numbers",
    "a file's name": "Emerald beetles gather quietly",
    "an entry of the outline": "Frozen rivers bend eastwards",
    "the metadata of a PDF": "Golden pheasants circle overhead",
    "the value of a field": "Hollow bamboo carries melodies",
    "the text of a page": "Ivory dominoes tumble slowly",
    "a record": "Jagged mountains guard valleys",
    "a character of a font": "жук",
}
"""A secret for each leak."""


def workbook() -> str:
    answers = "\n".join(f"::: answer\n{secret}.\n:::\n" for secret in LEAKS.values())
    return (
        "---\ntitle: A workbook\nlang: en\n---\n\n# The well\n\n![A well](well.png)\n\n"
        f"::: exercise Wells\nWhat do wells have?\n\n::: lines 1\n:::\n\n{answers}:::\n"
    )


def leaky_render(*args: Any, **options: Any) -> Any:
    """Rendering that puts answers into pages."""
    pages = rendered(*args, **options)
    changes = {
        "<title>": f"<title>{LEAKS['a title']} ",
        "<main ": f'<main data-hint="{LEAKS["an attribute"]}" ',
        'alt="A well"': f'alt="A well {LEAKS["an alternative text"]}"',
    }
    changed = []
    for page in pages.pages if pages.edition == "site" else ():
        markup = page.markup
        for old, new in changes.items():
            markup = markup.replace(old, new)
        changed.append(msgspec.structs.replace(page, markup=markup))
    return msgspec.structs.replace(pages, pages=tuple(changed) or pages.pages)


def leaky_package(*args: Any, **options: Any) -> Any:
    """Packaging that puts answers into finished files."""
    package = packaged(*args, **options)
    if args[0].edition == "site":
        slug = LEAKS["a file's name"].replace(" ", "-")
        return msgspec.structs.replace(
            package, extra={**package.extra, f"work-site/{slug}.css": b""}
        )
    if args[0].edition != "form":
        return package
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(package.data)) as file:
        with file.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(LEAKS["an entry of the outline"], 0))
        with file.open_metadata() as metadata:
            metadata["dc:description"] = LEAKS["the metadata of a PDF"]
        file.Root.AcroForm.Fields[0].V = pikepdf.String(LEAKS["the value of a field"])
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        sheet = file.pages[0]
        sheet.Resources.Font["/Leak"] = font
        drawing = f"BT /Leak 9 Tf 9 9 Td ({LEAKS['the text of a page']}) Tj ET"
        sheet.contents_add(drawing.encode())
        file.save(output)
    return msgspec.structs.replace(package, data=output.getvalue())


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A build by code that leaks, but not in the handout."""
    folder = tmp_path_factory.mktemp("leaking")
    source = folder / "work.md"
    source.write_text(workbook(), "utf-8")
    Image.new("RGB", (40, 30), "#345678").save(folder / "well.png")
    words_of, subset = site.words_of, vars(html)["subset"]

    def leaky_subset(face: Any, text: Iterable[str], *args: Any, **options: Any) -> Any:
        """Fonts that have a letter that only an answer has."""
        return subset(face, frozenset({"ж", *text}), *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.render.render", leaky_render)
        patch.setattr("pipeline.package.package", leaky_package)
        patch.setattr(
            site, "words_of", lambda nodes: f"{words_of(nodes)} {LEAKS['the search index']}"
        )
        patch.setattr(html, "subset", leaky_subset)
        result = pipeline.build(source, ["handout", "site", "form", "web"], out=folder / "out")
    return source, result


@pytest.mark.parametrize("place", [place for place in LEAKS if place != "a record"])
def test_leaks_are_errors_with_their_place(place: str, leaking: tuple[Path, Result]) -> None:
    source, result = leaking
    line = source.read_text("utf-8").splitlines().index(f"{LEAKS[place]}.") + 1
    findings = [one for one in result.diagnostics if one.line == line]
    assert {(one.code, one.is_error) for one in findings} == {("leaked-text", True)}
    assert {one.source for one in findings} == {str(source)}


def test_an_edition_with_a_leak_is_not_written_and_the_others_are(
    leaking: tuple[Path, Result],
) -> None:
    source, result = leaking
    assert result.failed
    assert not result.is_blocked
    assert [one.edition for one in result.outputs] == ["handout"]
    written = {path.name for path in (source.parent / "out" / "work").iterdir()}
    assert written == {"work.pdf", "manifest.json"}


def test_a_mark_that_nothing_takes_up_holds_back_what_pupils_get(tmp_path: Path) -> None:
    source = tmp_path / "work.md"
    source.write_text("# Wells\n\n- ( ) a\n- (x) b\n\n{{ include part.md }}\n", "utf-8")
    part = tmp_path / "part.md"
    part.write_text("Why?\n\n```\nIt is open.\n\n::: answer\nSo.\n:::\n", "utf-8")
    result = pipeline.build(source, ["web", "handout", "teacher", "gift"], out=tmp_path / "out")
    errors = [one for one in result.diagnostics if one.is_error]
    assert [(one.code, one.source, one.line) for one in errors] == [("lost-mark", str(part), 6)]
    assert [one.edition for one in result.outputs] == ["teacher"]
    part.write_text("Why?\n\n```markdown\n::: answer\nSo.\n:::\n```\n", "utf-8")
    assert not pipeline.build(source, ["web", "gift"], out=tmp_path / "out").failed


def test_a_leak_in_a_record_lets_nothing_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = catalog.record_files
    secret = f"<Text>{LEAKS['a record']}</Text>"
    leaky = {"work-onix.xml": secret.encode()}
    monkeypatch.setattr(catalog, "record_files", lambda record: {**files(record), **leaky})
    source = tmp_path / "work.md"
    source.write_text(workbook().replace("![A well](well.png)", ""), "utf-8")
    result = pipeline.build(
        source, ["web"], out=tmp_path / "out", options=Options(catalog="records")
    )
    assert [one.code for one in result.diagnostics] == ["leaked-text"]
    assert result.is_blocked
    assert not (tmp_path / "out" / "work").exists()
