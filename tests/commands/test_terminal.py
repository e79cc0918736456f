"""The terminal: nothing that a source says can move its cursor, colour it or hide a line."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import RenderableType

from pipeline import Begun, Diagnostic
from pipeline.commands import main
from pipeline.commands.terminal import Progress, as_text, findings_as_json
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Severity, Span, sort_findings
from pipeline.system.store import CACHE, Folder
from tests.helpers.counting import is_linear
from tests.helpers.killing import ended, forked
from tests.helpers.short_units import short_units

HOSTILE = "\x1b]0;x\x07\x9b31m\u202e\u2028\r\n\x7f"
CONTROLS = frozenset("\x1b\x07\x9b\u202e\u2028\r\x7f")


def test_outputs_are_opened_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def launch(place: str) -> int:
        opened.append(place)
        return 0

    monkeypatch.setattr("click.launch", launch)
    (tmp_path / "x.md").write_text("---\npage_list: false\n---\n\nText.\n")
    asked = ["build", str(tmp_path / "x.md"), "--out", str(tmp_path / "out"), "--edition", "web"]
    CliRunner().invoke(main, asked)
    assert not opened
    CliRunner().invoke(main, [*asked, "--open"])
    assert opened == [str(tmp_path / "out" / "x" / "x.html")]
    (tmp_path / "x.md").write_text("{{ include x.md }}\n")
    CliRunner().invoke(main, [*asked, "--open"])
    assert len(opened) == 1, "nothing was made"


def finding(message: str, source: str = "", hint: str = "") -> Diagnostic:
    return Diagnostic("missing-image", Severity.WARNING, message, source, hint=hint)


def test_control_characters_are_shown_as_codes() -> None:
    told = as_text([finding(f"“{HOSTILE}”", source=f"a{HOSTILE}.md", hint=HOSTILE)])
    assert not CONTROLS & set(told)
    assert r"\x1b]0;x\x07\x9b31m\u{202e}\u{2028}\x0d\x0a\x7f" in told
    assert len(told.splitlines()) == 2  # a line break in a name begins no message of its own


def test_the_same_message_is_shown_once_with_a_few_of_its_lines() -> None:
    def many(message: str, hint: str, most: int = 10) -> str:
        code = Code.LIKELY_SLIP
        return as_text(
            diagnostic(code, message.format(n), span=Span(n), source="x.md", hint=hint.format(n))
            for n in range(1, most)
        )

    told = many("A passage whose language is `en` contains Arabic text.", "Mark its language.")
    assert told.count("Arabic") == 1
    assert "… and 8 more warning[likely-slip]: lines 2, 3, 4, 5, 6, 7, 8, 9\n" in f"{told}\n"
    assert many("`[{}]` is not defined.", "Add a line `[{}]: address`.").count("defined") == 1
    assert many("There is no file “{}.png”.", "").count("no file") == 3
    assert many("There is no file “{}.png”.", "Put it there.", 81).splitlines() == [
        "x.md:1: warning[likely-slip]: There is no file “1.png”. (80 times: lines 1, 2, 3 …)",
        "    hint: Put it there.",
    ]


def test_many_similar_findings_in_several_files_are_one_line() -> None:
    code, message = Code.LIKELY_SLIP, "`<{}>` is left out."
    findings = [
        diagnostic(code, message.format(tag), span=Span(n), source=f"{n}.md")
        for n in range(1, 11)
        for tag in "ab"
    ]
    assert as_text(findings) == (
        "1.md:1: warning[likely-slip]: `<a>` is left out. (20 times: 1.md:1, 2.md:2, 3.md:3 …)"
    )
    assert len(json.loads(findings_as_json(findings))) == 20


def test_a_hint_is_one_line() -> None:
    told = as_text([finding("`[a\nb]` is not defined.", hint="Add a line `[a\nb]: address`.")])
    assert told.splitlines()[1:] == ["    hint: Add a line `[a b]: address`."]


def test_json_is_the_same_and_harmless() -> None:
    told = findings_as_json([finding(HOSTILE)])
    assert not CONTROLS & set(told)
    assert json.loads(told)[0]["message"] == HOSTILE


def test_a_message_repeats_two_hundred_characters_at_most() -> None:
    told = as_text([finding(f"There is no file “{'a' * 10_000}”.")])
    assert "a" * 200 + "…”" in told
    assert "a" * 201 not in told
    between = as_text([finding(f"There is no file “{'a`' * 10_000}”.")])
    assert len(between) < 1_200


@pytest.mark.parametrize(
    "source",
    [
        "{{ include x\x1b[31m.md }}\n",
        "\n".join(
            (
                "![a](<x\x1b[31m.png>)\n",
                "![a](<x\x9b31m.png>)\n",
                "[a](x\u202e.txt)\n",
                '<a href="javascript\x9b:x">b</a>\n',
                "```python file=x\x1b.py\n```\n",
            )
        ),
    ],
    ids=["an error", "warnings"],
)
def test_sources_reach_the_terminal_harmless(source: str, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(f"---\ntitle: A\npage_list: false\n---\n\n{source}", "utf-8")
    out = str(tmp_path / "out")
    result = CliRunner().invoke(main, ["build", str(file), "--out", out, "--edition", "web"])
    assert not CONTROLS & set(result.output), result.output
    assert result.exit_code in (0, 1)


def test_names_of_files_do_no_harm() -> None:
    for command in ("build", "check"):
        result = CliRunner().invoke(main, [command, "a\x1b[31m.md"])
        assert result.exit_code != 0
        assert r"\x1b" in result.output or "\x1b" not in result.output
        assert "\x1b" not in result.output


@pytest.mark.parametrize(
    "command", [("editions",), ("editions", "--json"), ("report",), ("report", "--json")]
)
def test_nor_do_they_in_what_commands_list(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "a\x1b[31m\u202eb\x9bc"
    Path(f"{name}.md").write_text("# A\n\nText and ![b](b.png)\n", "utf-8")
    result = CliRunner().invoke(main, [*command, f"{name}.md"])
    assert result.exit_code == 0, result.output
    assert not CONTROLS & set(result.output), result.output
    assert r"\u{202e}" in result.output or r"\u202e" in result.output
    for written in tmp_path.rglob("report.*"):
        assert not CONTROLS & set(written.read_text("utf-8")), written


def test_many_findings_on_one_line_take_linear_time(tmp_path: Path) -> None:
    def show(count: int) -> None:
        file = tmp_path / "a.md"
        file.write_text("![a](b.png) " * count, "utf-8")
        # messages that differ in their words, so that each is shown in full
        names = [f"{'x' * (n % 97)} {chr(97 + n % 26)}{'y' * (n // 97)}" for n in range(count)]
        found = [
            Diagnostic("a", Severity.WARNING, name, str(file), 1, 12 * n + 1, 3)
            for n, name in enumerate(names)
        ]
        as_text(found)

    assert is_linear(show, 100)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs copies of processes")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_terminal_shows_the_stage_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the part of a long text; and once it is known from the run before, the time left."""
    pty = pytest.importorskip("pty")
    short_units(monkeypatch, 200, 400, words=10)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    source, asked, drawn = tmp_path / "a.md", 0, 0
    on_event, rich = Progress.on_event, Progress.__rich__

    def followed(progress: Progress, event: Any) -> None:
        """Go on when the terminal shows that pages are set."""
        nonlocal asked
        on_event(progress, event)
        if isinstance(event, Begun) and event.stage == "package":
            asked += 1
            while drawn < asked:
                time.sleep(0.001)

    def noted(progress: Progress) -> RenderableType:
        nonlocal drawn
        number, table = asked, rich(progress)
        drawn = number
        return table

    monkeypatch.setattr(Progress, "on_event", followed)
    monkeypatch.setattr(Progress, "__rich__", noted)

    def build() -> None:
        """Build on a terminal."""
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(theirs, number)
            setattr(sys, name, os.fdopen(number, "w"))
        with pytest.raises(SystemExit) as done:
            main(["build", "a.md", "--edition", "handout"])
        assert not done.value.code

    shown = []
    for count in (60, 56):
        chapters = (f"# {n}\n\n" + "The well and the rope. " * (count // 4) for n in range(3))
        source.write_text("\n\n".join(chapters), "utf-8")
        ours, theirs = pty.openpty()
        process = forked(build)
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):  # this ends it
            while part := os.read(ours, 10_000):
                said += part
        os.close(ours)
        assert ended(process) == 0
        shown.append(said.decode())
        kept = Folder(tmp_path / "build" / CACHE)
        (name,) = (path.name for path in (tmp_path / "build" / CACHE).glob("*.times"))
        times = json.loads(kept.get(name) or b"")
        assert times["package handout"] > 0
        kept.put(name, json.dumps(times | {"package handout": 99}).encode())
    assert "package handout" in shown[0]
    assert re.search(r"package handout, part \d of \d", shown[0])
    assert re.search(r"package handout(, part 1 of \d)?, about \d+ s left", shown[1])


def test_the_id_of_a_link_is_pointed_at_and_not_its_text(tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text("- It is [gone](#gone)\n", "utf-8")
    message = "Nothing in the document has the id `gone`."
    found = diagnostic(Code.UNRESOLVED_LINK, message, span=Span(1, 3), source=str(source))
    assert [(one.column, one.length) for one in sort_findings([found])] == [(17, 4)]
