"""Formatting: a uniform style for sources, without changing their meaning."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import commands, parse
from pipeline.commands.format import format_text
from tests.helpers.paths import ROOT, TESTS


@pytest.fixture(scope="module", autouse=True)
def _parsed_once() -> Iterator[None]:
    """Parse nothing again that has been formatted, to format it again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.commands.format.parse", functools.lru_cache(2)(parse))
        yield


def formatted(body: str) -> str:
    """A text after a title, formatted."""
    found = format_text(f"---\ntitle: Wells\n---\n\n{body}")
    assert not found.wrong
    return found.text.removeprefix("---\ntitle: Wells\n---\n\n")


STARTERS = ROOT / "pipeline" / "commands" / "new" / "starters"
SOURCES = [STARTERS / "interview.md", *sorted((TESTS / "book" / "parts").rglob("*.md"))]
"""They have every construct; `test_cases.py` writes all golden cases."""


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_says_the_same(file: Path) -> None:
    """Every source that builds can be formatted, says the same, and is formatted for good."""
    text = file.read_text("utf-8")
    found = format_text(text, folder=file.parent)
    told = {one.code for one in found.wrong}
    assert "not-formatted" not in told, "it would say something else"
    if told:
        assert found.text == text
    elif found.text != text:
        assert format_text(found.text, folder=file.parent).text == found.text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("One\nline\n*or* two.", "One line *or* two."),
        ("Roses,  \nviolets,\\\nlilies.", "Roses,\\\nviolets,\\\nlilies."),
        ("Heading\n=======\n\n\n\nText", "# Heading\n\nText"),
        ("## Heading ##\nText", "## Heading\n\nText"),
        ("* a\n* b\n\n\n+ c", "- a\n- b\n\n* c"),
        ("1) a\n1) b", "1. a\n2. b"),
        ("__strong__ and _emphasis_", "**strong** and *emphasis*"),
        ("|a|b|\n|-|-:|\n|long|1|", "| a    |   b |\n|------|----:|\n| long |   1 |"),
        ("    code", "```\ncode\n```"),
        ("~~~ python\nx\n~~~", "```python\nx\n```"),
        ("::: tip\nText\n:::", "> [!TIP]\n> Text"),
        ("___", "***"),
        ("中文\n换行", "中文\n换行"),
        ("\u3000一方で、\n\n\u00a0x  y", "\u3000一方で、\n\n\u00a0x  y"),
        ("::: verse\nA line\nand another\n:::", "::: verse\nA line\nand another\n:::"),
    ],
)
def test_one_way(written: str, expected: str) -> None:
    assert formatted(written) == f"{expected}\n"


@pytest.mark.parametrize(
    "written",
    [
        "A <!-- for Ben -->\nline.",
        "- a\n<!-- more to come -->\n- b",
        "Open %%hidden%%\ntext.",
        "{{ include part.md }}",
        "[ilo]: https://www.ilo.org/ 'The ILO'",
        "*[NGO]: an organisation",
        "```{file=wells.py lines=6-8}\n```",
        "<div class=wide>\n\n*Text*\n\n</div>",
        "&copy; Ann\nAuthor",
    ],
)
def test_nothing_is_lost(written: str) -> None:
    """Text that the document model does not contain stays as written."""
    assert formatted(f"{written}\n\nText.") == f"{written}\n\nText.\n"


def test_labels_of_links_stay() -> None:
    """Links by reference stay so."""
    text = "See [the\npage][ilo], [ILO] and [sic].\n\n[ilo]: https://www.ilo.org/\n"
    assert formatted(text) == text.replace("\n", " ", 1)


def test_front_matter_stays(tmp_path: Path) -> None:
    """Front matter is written by its author, comments and all."""
    text = "---\n# The title\ntitle:   Wells   # of 2026\n---\n\nOne\nline.\n"
    assert format_text(text).text == text.replace("One\nline", "One line")


def test_command(tmp_path: Path) -> None:
    """The command writes, with the line ends that a file has; --check and --diff do not."""
    file = tmp_path / "wells.md"
    file.write_bytes(b"\xef\xbb\xbf# Wells\r\n\r\nOne\r\nline.\r\n")
    run = CliRunner()
    told = run.invoke(commands.main, ["format", "--check", str(file)])
    assert told.exit_code == 1
    assert told.output == f"format   {file}: is not formatted\n"
    shown = run.invoke(commands.main, ["format", "--diff", str(file)])
    assert shown.exit_code == 0
    assert "-One\n-line.\n+One line.\n" in shown.output
    assert b"One\r\nline." in file.read_bytes()
    assert run.invoke(commands.main, ["format", str(file)]).exit_code == 0
    assert file.read_bytes() == b"\xef\xbb\xbf# Wells\r\n\r\nOne line.\r\n"
    assert run.invoke(commands.main, ["format", "--check", str(file)]).exit_code == 0


def test_broken_source(tmp_path: Path) -> None:
    """A source with errors is unchanged, with a message."""
    file = tmp_path / "wells.md"
    file.write_text("---\ntitle: [\n---\n\nOne\nline.\n")
    result = CliRunner().invoke(commands.main, ["format", str(file)])
    assert result.exit_code == 1
    assert f"{file}:" in result.output
    assert "One\nline." in file.read_text()


def test_what_would_change_stays() -> None:
    """A source whose meaning would change is unchanged, with a message."""
    text = "---\ntitle: Wells\n---\n\n$$\n$$}\n}\n"
    found = format_text(text, "wells.md")
    assert [one.code for one in found.wrong] == ["not-formatted"]
    assert found.text == text


def test_rest_of_a_definition() -> None:
    assert formatted("*[NGO]: an organisation\n    that is none\n") == (
        "*[NGO]: an organisation\nthat is none\n"
    )
