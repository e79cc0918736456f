"""Short texts and small files that would expand to large ones: each is a finding, in little time
and memory."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont, newTable

import pipeline
from pipeline import Document
from pipeline.model.faces import FACES, font_file
from pipeline.system.pictures import START_OF_SCAN, Image, ImageFile, open_image
from tests.helpers import making
from tests.helpers.paths import ROOT
from tests.helpers.trees import plain_text

STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>T</title></info>{macros}
<citation><layout><text macro="m{last}"/></layout></citation></style>"""


def resolved(text: str, folder: Path) -> Document:
    return making.resolved(text, "web", folder)


def codes(document: Document) -> list[str]:
    return [finding.code for finding in document.diagnostics]


def test_strings_that_double(tmp_path: Path) -> None:
    strings = "".join(f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(60))
    library = (
        f"@string{{a0 = {{ha}}}}\n{strings}@book{{k, title = a60}}\n@book{{l, title = {{L}}}}\n"
    )
    (tmp_path / "a.bib").write_text(library, "utf-8")
    found = resolved("---\ntitle: T\nlang: en\nbibliography: a.bib\n---\n\nA [@l].\n", tmp_path)
    assert any("become too long" in each.message for each in found.diagnostics)


@pytest.mark.parametrize("itself", [False, True])
def test_macros_that_call_each_other(itself: bool, tmp_path: Path) -> None:
    macros = '<macro name="m0"><text value="ha"/></macro>'
    for n in range(60):
        called = f'<text macro="m{n + 1 if itself else n}"/>'
        macros += f'<macro name="m{n + 1}">{called * 2}</macro>'
    (tmp_path / "a.csl").write_text(STYLE.format(macros=macros, last=60), "utf-8")
    (tmp_path / "a.bib").write_text("@book{k, title = {K}}\n", "utf-8")
    head = "---\ntitle: T\nlang: en\nbibliography: a.bib\ncitation_style: a.csl\n---\n\n"
    found = resolved(f"{head}A [@k].\n", tmp_path)
    assert any("macro" in each.message for each in found.diagnostics), found.diagnostics


def test_variables_that_stand_for_too_much(tmp_path: Path) -> None:
    head = f"---\ntitle: T\nlang: en\nvariables:\n  a: {'b' * 5_000}\n---\n\n"
    found = resolved(head + "{{ a }} " * 1_500, tmp_path)
    assert codes(found) == ["long-variables"]
    assert len(plain_text(found.blocks[0].children)) < 5_100_000  # type: ignore[union-attr]
    assert not codes(resolved(head + "{{ a }} " * 500, tmp_path))


def empty_picture(side: int, number: int) -> bytes:
    """A black PNG in a few bytes, different from those with other numbers."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes((side // 8 + 1) * side), 9))
    note = chunk(b"tEXt", b"number\0" + str(number).encode())
    return b"\x89PNG\r\n\x1a\n" + head + note + rows + chunk(b"IEND", b"")


def test_pictures_that_are_large_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is shown twice counts once."""
    monkeypatch.setattr("pipeline.resolve.assets.MOST_SPARSE", 5_000_000)
    for number in range(8):
        (tmp_path / f"{number}.png").write_bytes(empty_picture(1_000, number))
    text = "".join(f"![Black {n // 2}]({n // 2}.png)\n\n" for n in range(16))
    found = resolved(f"---\ntitle: T\nlang: en\n---\n\n{text}", tmp_path)
    told = [each.message[1] for each in found.diagnostics if each.code == "bad-image"]
    assert told == ["5", "5", "6", "6", "7", "7"]
    assert len(found.assets) == 5
    pages = str(making.rendered(found, "work"))
    assert "Black 7" in pages, "its alternative stands in its place"


def picture_in_passes(side: int, more: int) -> bytes:
    """A progressive JPEG whose last pass is repeated."""
    output = io.BytesIO()
    Image.radial_gradient("L").resize((side, side)).save(output, "JPEG", progressive=True)
    data, end = output.getvalue()[:-2], output.getvalue()[-2:]
    return data + data[data.rindex(START_OF_SCAN) :] * more + end


def test_pictures_in_many_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pass over the pixels counts, before any is made."""
    monkeypatch.setattr("pipeline.resolve.assets.MOST_SPARSE", 1_000_000)
    for name, side, more in (
        ("few", 400, 4),
        ("some", 100, 60),
        ("many", 100, 60),
        ("all", 10, 60),
    ):
        (tmp_path / f"{name}.jpg").write_bytes(picture_in_passes(side, more))
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: unpacked.append(image.size))
    unpacked: list[tuple[int, int]] = []
    text = "".join(f"![A {name}]({name}.jpg)\n\n" for name in ("few", "some", "many", "all"))
    found = resolved(f"---\ntitle: T\nlang: en\n---\n\n{text}", tmp_path)
    told = [each for each in found.diagnostics if each.code == "bad-image"]
    assert [each.message for each in told] == [
        "“many.jpg”: it is stored in 66 passes, which take too long to read: save it again."
    ]
    assert unpacked == [(50, 50), (13, 13), (2, 2)]


def test_the_library_for_pictures_has_our_limit() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_image(empty_picture(9_600, 0)).size == (9_600, 9_600)
        with pytest.raises(Image.DecompressionBombError):
            open_image(empty_picture(10_100, 0))
    others = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipeline" / "package").rglob("*.py")
        if re.search(r"^ *from PIL import .*\bImage\b", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert others == [], "these may be the first to open a picture, and must set the limit"


@pytest.mark.parametrize("kind", ["woff", "woff2"])
@pytest.mark.parametrize("size", [1_000, 3_000_000])
def test_fonts_that_unpack_to_more(
    kind: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.features.own_fonts.MOST_BYTES", 2_000_000)
    path = font_file(FACES[0])
    assert path
    with TTFont(path) as font:
        for table in ("GDEF", "GPOS", "GSUB"):  # they take longest to read
            del font[table]
        subsetter = Subsetter()
        subsetter.populate(text="A")
        subsetter.subset(font)
        font["zzzz"] = newTable("zzzz")
        font["zzzz"].data = bytes(size)
        font.flavor = kind
        font.save(tmp_path / "a.otf")
    assert (tmp_path / "a.otf").stat().st_size < 500_000
    found = resolved("---\ntitle: T\nlang: en\nfonts: a.otf\n---\n\nA\n", tmp_path)
    assert codes(found) == (["bad-font"] if size > 2_000_000 else [])


@pytest.mark.parametrize("fence", ["csv", "chart {file=a.csv}"])
def test_more_cells_than_a_table_has(
    fence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.parser.constructs.fences.MOST_CELLS", 2_000)
    monkeypatch.setattr("pipeline.parser.constructs.fences.LONGEST_SHOWN", 2_000)
    rows = "a,1\n" * 1_001
    (tmp_path / "a.csv").write_text(rows, "utf-8")
    text = "" if "file" in fence else rows
    found = pipeline.parse(f"# T\n\n```{fence}\n{text}```\n", folder=tmp_path)
    assert codes(found) == ["bad-data"]
    assert ("a.csv" if "file" in fence else "a,1") in str(found.blocks[-1]), "nothing is lost"


@pytest.mark.parametrize(
    "line",
    ["{{ include a.md }}", "```python {file=a.md}\n```", "```csv {file=a.md}\n```"],
)
def test_files_that_are_taken_in_often(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.parser.files.MAX_BYTES", 2_500)
    (tmp_path / "a.md").write_text("a b c\n\n" * 100, "utf-8")
    found = pipeline.parse(f"{line}\n\n" * 5, folder=tmp_path)
    told = [each for each in found.diagnostics if each.code == "too-many-includes"]
    assert len(told) == 2


@pytest.mark.parametrize("rows", [26, 100])
def test_pages_grow_as_their_exercises_do(rows: int, tmp_path: Path) -> None:
    pairs = "".join(f"| left {n} | right {n} |\n" for n in range(rows))
    things = "".join(f"{n + 1}. thing {n}\n" for n in range(rows))
    text = f"::: matching\n| A | B |\n|---|---|\n{pairs}:::\n\n::: ordering\n{things}:::\n"
    pages = making.rendered(resolved(text, tmp_path), "work")
    markup = pages.pages[0].markup
    assert markup.count("<select aria-labelledby") == (52 if rows == 26 else 0)
    assert markup.count('type="text"') == (0 if rows == 26 else 200)
    assert len(markup) < 50_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"${'a' * 10_001}$", "bad-math"),
        (f"${'{' * 41}x{'}' * 41}$", "bad-math"),
        (f"```chart bar\n{','.join(['x'] * 300)}\n{','.join(['1'] * 300)}\n```", "bad-chart"),
        (f"```chart line\n{''.join(f'p{n},{n}{chr(10)}' for n in range(501))}```", "bad-chart"),
    ],
)
def test_formulas_and_charts_that_are_too_much(
    text: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.features.charts.data.MOST_POINTS", 500)
    assert codes(resolved(f"---\ntitle: T\nlang: en\n---\n\n{text}\n", tmp_path)) == [code]


def test_a_paragraph_with_more_markup_than_one_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.parser.lowering.MOST_MARKUP", 2_000)
    lines = "\n".join("Some *words* of\\" for _ in range(1_500))
    assert pipeline.parse(f"{lines}\nthem.\n").diagnostics[0].code == "missing-title"
    found = pipeline.parse("*a* " * 2_001)
    assert [(each.code, each.line) for each in found.diagnostics if each.is_error] == [
        ("too-much-markup", 1)
    ]
