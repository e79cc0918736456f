"""The command ``review``: changes of a Word file become changes of the source."""

from __future__ import annotations

import difflib
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from pipeline.commands import terminal

if TYPE_CHECKING:
    from pipeline.commands.review.sources import SourceEdit
    from pipeline.model.diagnostics import Diagnostic


@click.command("review")
@click.argument("source", type=terminal.SOURCE)
@click.argument("files", nargs=-1, required=True, type=terminal.READABLE, metavar="FILE...")
@click.option("--apply", "applies", is_flag=True, help="Write the changes into the source.")
@click.option("--interactive", is_flag=True, help="Ask before each change, and write those wanted.")
@click.option("--words", is_flag=True, help="Show the changes by word, without the patch.")
@click.option("--edition", default="word", help="The edition that the files were: teacher-word.")
def review_command(
    source: Path,
    files: tuple[Path, ...],
    applies: bool,
    interactive: bool,
    words: bool,
    edition: str,
) -> None:
    """Take home what others changed in Word files that were made from a SOURCE: show it as a patch
    of the source, or write it. Changes may be tracked or not. Comments become comments of the
    source. What several reviewers changed in different ways is marked as a conflict.

    Each change is shown by word, with who made it if it was tracked, or else its file; below them
    is the patch.

    \b
    Examples:
      chapbook review handout.md handout-edited.docx
      chapbook review handout.md from-ann.docx from-ben.docx --apply
    """
    from pipeline.commands.review.matching import changes_by_word, merge
    from pipeline.commands.review.reading import NoWordFileError
    from pipeline.commands.review.reviewing import review
    from pipeline.commands.review.sources import ReviewedSource
    from pipeline.commands.terminal import printable_lines
    from pipeline.model.codes import Code, diagnostic
    from pipeline.model.diagnostics import Span
    from pipeline.model.editions import EDITIONS
    from pipeline.parser import parse_file
    from pipeline.system import outputs

    if edition not in EDITIONS or EDITIONS[edition].format != "docx":
        raise click.BadParameter("it is no edition for Word", param_hint="--edition")
    document = parse_file(source)
    findings: list[Diagnostic] = [f for f in document.diagnostics if f.is_error]
    edits: dict[str, list[SourceEdit]] = defaultdict(list)
    comments: dict[str, str] = {}
    reviewed_source = ReviewedSource(source, document)
    for path in files if not findings else ():
        try:
            reviewed = review(path, reviewed_source, edition)
        except (NoWordFileError, OSError) as error:
            code = Code.UNREADABLE_FILE
            findings.append(diagnostic(code, str(error), source=str(path)))
            continue
        findings += reviewed.findings
        for edit in reviewed.edits:
            # A file that went from one reviewer to the next has the comments of both.
            if not edit.is_comment or comments.setdefault(edit.text, edit.who) == edit.who:
                edits[edit.file].append(edit)
    for file, several in edits.items():
        path = Path(file) if file else source
        before = path.read_bytes().decode("utf-8")
        offset = len(before) - len(before.removeprefix("\ufeff"))
        moved = [edit.move(offset) for edit in several]
        chosen = _choose(before, moved) if interactive else moved
        result = merge(before, chosen)
        for line in result.conflicts:
            message = "Reviewers contradict each other here: choose, and remove the marks."
            findings.append(
                diagnostic(Code.REVIEW_CONFLICT, message, span=Span(line), source=str(path))
            )
        shown = changes_by_word(before, chosen)
        if not interactive:
            click.echo(printable_lines("".join(f"{path}:{line}\n" for line in shown)), nl=False)
        if applies or interactive:
            terminal.or_exit(outputs.write, path, result.text.encode())
            count = "1 change" if len(shown) == 1 else f"{len(shown)} changes"
            terminal.say(f"review   {path}: {count} written")
            findings = _move(findings, str(path), before, result.text)
        elif not words:
            name = path.as_posix().lstrip("/")
            patch = difflib.unified_diff(
                before.splitlines(keepends=True),
                result.text.splitlines(keepends=True),
                f"a/{name}",
                f"b/{name}",
            )
            click.echo(printable_lines("".join(patch)), nl=False)
    if not edits and not findings:
        terminal.say("review   nothing was changed")
    terminal.show(findings)
    sys.exit(
        terminal.SOURCE_ERRORS if any(finding.is_error for finding in findings) else terminal.BUILT
    )


def _move(findings: Iterable[Diagnostic], file: str, old: str, new: str) -> list[Diagnostic]:
    """Findings with their lines in a file after its changes."""
    places: dict[int, int] = {}
    lines = old.split("\n"), new.split("\n")
    for _, i, k, j, m in difflib.SequenceMatcher(None, *lines, autojunk=False).get_opcodes():
        places |= {i + at + 1: min(j + at, max(j, m - 1)) + 1 for at in range(k - i)}
    return [
        replace(each, line=places.get(each.line, each.line)) if each.source == file else each
        for each in findings
    ]


def _choose(text: str, edits: Iterable[SourceEdit]) -> list[SourceEdit]:
    """The changes that are wanted."""
    from pipeline.commands.review.matching import apply
    from pipeline.commands.review.sources import line_end, line_start

    wanted = []
    for edit in sorted(edits):
        start, end = line_start(text, edit.start), line_end(text, edit.end)
        terminal.say(f"- {text[start:end]}")
        terminal.say(f"+ {apply(text[start:end], [edit.move(-start)])}")
        if click.confirm("Write it?", default=True):
            wanted.append(edit)
    return wanted
