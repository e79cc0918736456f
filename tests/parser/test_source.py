"""Reading source files: text comes out, or the reason why not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import Diagnostic
from pipeline.parser import files, parse_file
from pipeline.parser.files import check_text, normalise, read
from pipeline.parser.lines import FORBIDDEN
from tests.helpers.trees import plain_text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.md"


def only(found: tuple[Diagnostic, ...]) -> Diagnostic:
    assert len(found) == 1
    return found[0]


def place(found: Diagnostic) -> tuple[str, int, int]:
    return found.code, found.line, found.column


def test_a_text_is_read(file: Path) -> None:
    file.write_bytes("# Zoë\n\n\tText 𝔸.\n".encode())
    assert read(file) == ("# Zoë\n\n\tText 𝔸.\n", ())


def test_line_ends_are_made_equal_and_a_byte_order_mark_is_dropped(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfa\r\nb\rc\nd")
    assert read(file) == ("a\nb\nc\nd", ())
    assert normalise("\ufeffa\r\nb\rc\nd") == "a\nb\nc\nd"


# --- files that cannot be opened ---------------------------------------------------------


def test_a_missing_file_brings_a_similar_name(file: Path) -> None:
    file.with_name("handout.md").write_text("x")
    text, found = read(file.with_name("handuot.md"))
    finding = only(found)
    assert text == ""
    assert place(finding) == ("unreadable-file", 0, 0)
    assert finding.source == str(file.with_name("handuot.md"))
    assert "handout.md" in finding.hint


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    finding = only(read(tmp_path / "nowhere" / "x.md")[1])
    assert finding.code == "unreadable-file"
    assert "nowhere" in finding.hint


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    finding = only(read(tmp_path)[1])
    assert finding.code == "unreadable-file"
    assert "folder" in finding.message


def test_a_file_that_may_not_be_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "no")

    file.write_text("x")
    monkeypatch.setattr(Path, "open", refuse)
    finding = only(read(file)[1])
    assert finding.code == "unreadable-file"
    assert "permissions" in finding.hint


def test_a_name_that_no_file_can_have() -> None:
    assert only(read(Path("a\0b"))[1]).code == "unreadable-file"


def test_a_file_too_large_is_not_read(file: Path) -> None:
    with file.open("wb") as sparse:
        sparse.truncate(files.MAX_BYTES + 1)
    finding = only(read(file)[1])
    assert finding.code == "file-too-large"
    assert "65 MiB" in finding.message


# --- files that are no text --------------------------------------------------------------


def _archive(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (_archive("word/document.xml"), "a Word document"),
        (_archive("x.txt"), "a ZIP archive"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP image"),
        (b"{\\rtf1\\ansi Text}", "a Rich Text document"),
    ],
)
def test_known_kinds_of_file_are_named(file: Path, data: bytes, kind: str) -> None:
    file.write_bytes(data)
    text, found = read(file)
    assert (text, only(found).code) == ("", "binary-file")
    assert kind in found[0].message


@pytest.mark.parametrize(
    ("data", "line", "column", "word"),
    [
        (b"One\nz\xc3\xb6\0\n", 2, 3, "U+0000 (null)"),
        (b"One\x0cTwo\n\0", 2, 1, "U+0000 (null)"),
        (b"\x01\x02\xff\xfe\xfd", 1, 3, "0xFF"),
    ],
)
def test_characters_that_no_text_has(
    file: Path, data: bytes, line: int, column: int, word: str
) -> None:
    file.write_bytes(data)
    text, found = read(file)
    assert (text, place(only(found))) == ("", ("binary-file", line, column))
    assert word in found[0].message


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("One\x0cTwo\n", 1, 4, "U+000C (form feed)"),
        ("\x1b[1mbold\x1b[0m\n", 1, 1, "and 1 more"),
        ("One\n\u0085", 2, 1, "U+0085"),
        ("a\ufffe", 1, 2, "U+FFFE"),
        ("a\x0bb", 1, 2, "U+000B (vertical tab)"),
    ],
)
def test_characters_that_no_output_may_have_become_spaces(
    file: Path, text: str, line: int, column: int, word: str
) -> None:
    file.write_text(f"{text}\n\nMore.\n", "utf-8")
    document = parse_file(file)
    found = only(tuple(d for d in document.diagnostics if d.code != "missing-title"))
    assert not found.is_error
    assert place(found) == ("stray-character", line, column)
    assert word in found.message
    said = plain_text(document.blocks)
    assert not FORBIDDEN.search(said)
    assert said.endswith("More.")


@pytest.mark.parametrize(
    ("data", "line", "column", "guess"),
    [
        (b"z\xc3\xb6\n\xc3\xb6 \x81", 2, 3, "Save the file as UTF-8"),
        ("Text".encode("utf-16"), 1, 1, "Save the file as UTF-8"),
        ("Text, a longer one".encode("utf-16-be"), 1, 1, "Save the file as UTF-8"),
        ("Text".encode("utf-32"), 1, 1, "Save the file as UTF-8"),
        ("A word: слово".encode("cp1251"), 1, 9, "Save the file as UTF-8"),
    ],
)
def test_other_encodings(file: Path, data: bytes, line: int, column: int, guess: str) -> None:
    file.write_bytes(data)
    text, found = read(file)
    assert (text, place(only(found))) == ("", ("wrong-encoding", line, column))
    assert guess in found[0].hint
    assert ("UTF-16" in found[0].message) == (data.count(0) in (4, 18))


@pytest.mark.parametrize(
    ("data", "text", "line", "column", "told"),
    [
        ("One\r\nnaïve".encode("latin-1"), "One\nnaïve", 2, 3, "Windows-1252, `ï`."),
        ("“One”".encode("cp1252"), "“One”", 1, 1, "Windows-1252, `“`, and 1 more."),
        (b"\xc3\xb6 and \xf6", "ö and ö", 1, 7, "Windows-1252, `ö`."),
    ],
)
def test_bytes_of_windows_are_read_and_told(
    file: Path, data: bytes, text: str, line: int, column: int, told: str
) -> None:
    file.write_bytes(data)
    read_text, found = read(file)
    assert (read_text, place(only(found))) == (text, ("old-encoding", line, column))
    assert found[0].message.endswith(told)
    document = parse_file(file)
    assert plain_text(document.blocks) == text.replace("\n", " ")
    assert not any(finding.is_error for finding in document.diagnostics)


# --- texts that are no source ------------------------------------------------------------


def test_every_line_that_is_too_long_is_found(file: Path) -> None:
    long = "x" * (files.MAX_LINE + 1)
    file.write_text(f"{long}\n{long[1:]}\n{long}\n", encoding="utf-8")
    text, found = read(file)
    assert text == ""
    assert [place(finding) for finding in found] == [
        ("line-too-long", 1, 1),
        ("line-too-long", 3, 1),
    ]
    assert "1,000,001" in found[0].message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        (" \n\t\n\u00a0\u200b\n", 0),
        ("---\ntitle: A\n---", 3),
        ("---\ntitle: A\n---\n\n \n", 3),
    ],
)
def test_sources_without_text_are_empty(text: str, line: int) -> None:
    finding = only(check_text(text, "x.md"))
    assert (finding.code, finding.line, finding.source) == ("empty-file", line, "x.md")


@pytest.mark.parametrize("text", ["x", "---\ntitle: A\n---\nx", "---\n\nText\n\n---\n", "---"])
def test_sources_with_text_are_not(text: str) -> None:
    assert check_text(text, "x.md") == ()


def test_half_a_surrogate_pair_is_no_character() -> None:
    assert place(only(check_text("a\n\ud800", "x.md"))) == ("stray-character", 2, 1)


@given(st.text() | st.text("-.\n #:a\r\0", max_size=40))
@example("---\n---")
def test_no_text_makes_it_fail(text: str) -> None:
    for finding in check_text(text, "x.md"):
        assert finding.is_error == (finding.code != "stray-character")
        assert finding.line <= text.count("\n") + 1


@given(st.binary() | st.binary().map(lambda data: b"\xff\xfe" + data))
def test_no_bytes_make_it_fail(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.md"
    file.write_bytes(data)
    text, found = read(file)
    assert bool(text) != any(finding.is_error for finding in found)
    assert "\r" not in text
