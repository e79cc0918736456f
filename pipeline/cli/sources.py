"""The commands that write sources: format, import."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.terminal import (
    BUILT,
    GIVEN,
    SOURCE,
    SOURCE_ERRORS,
    WRONG_USAGE,
    or_exit,
    say,
    show,
)

if TYPE_CHECKING:
    from pipeline.authoring.importing import Imported
    from pipeline.authoring.importing.draft import Changes
    from pipeline.model.diagnostics import Diagnostic


@click.command("format")
@click.argument("files", nargs=-1, required=True, type=SOURCE, metavar="FILE...")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 if a file is not formatted."
)
@click.option("--diff", is_flag=True, help="Write nothing; show the changes.")
def format_(files: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Format sources in a uniform style: one line per paragraph, aligned tables, consistent markup.
    The content and all comments stay the same.

    \b
    Examples:
      chapbook format handout.md
      chapbook format --check *.md
    """
    from pipeline.authoring.formatting import format_file
    from pipeline.model.messages import printable_lines
    from pipeline.system import outputs

    wrong: list[Diagnostic] = []
    waiting = False
    for path in files:
        file = format_file(path)
        wrong += file.after.wrong
        if file.after.wrong:
            continue
        message = "is formatted"
        if file.differs and (check or diff):
            waiting, message = True, "is not formatted"
        elif file.differs:
            or_exit(outputs.write, path, file.data)
            message = "formatted"
        if diff:
            lines = difflib.unified_diff(
                file.before.splitlines(keepends=True),
                file.after.text.splitlines(keepends=True),
                str(path),
                f"{path}, formatted",
            )
            click.echo(printable_lines("".join(lines)), nl=False)
        else:
            kept = len(file.after.kept)
            blocks = "1 block stays" if kept == 1 else f"{kept} blocks stay"
            unchanged = f"; {blocks} as written" if kept else ""
            say(f"format   {path}: {message}{unchanged}")
    show(wrong)
    sys.exit(SOURCE_ERRORS if wrong or (check and waiting) else BUILT)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=GIVEN, metavar="FILE...")
@click.option(
    "-o",
    "--out",
    type=SOURCE,
    default=Path("source"),
    show_default=True,
    help="The output: a folder or, for a single FILE, a name that ends in .md.",
)
@click.option(
    "--changes",
    type=click.Choice(["accept", "reject", "keep"]),
    default="accept",
    show_default=True,
    help="The treatment of tracked changes in .docx, .odt and .rtf; keep: as `<ins>` and `~~`.",
)
@click.option("--book", is_flag=True, help="Make one book of a folder, with one file per chapter.")
def import_(files: tuple[Path, ...], out: Path, changes: Changes, book: bool) -> None:
    """Convert other formats into sources, with their images.

    Each file becomes a source of its own, and its images go into a folder with its name. Reads
    copied text (.txt, or - for standard input), web pages (.html), Word (.docx), OpenDocument
    (.odt) and RTF documents, e-books (.epub), PDF, other programs' Markdown (.md), by Pandoc also
    LaTeX, Org, AsciiDoc, JATS, Typst, reStructuredText and PowerPoint,
    and folders of these. A table compares what the input contains with the result.

    \b
    Examples:
      chapbook import article.txt
      chapbook import page.html
      chapbook import *.docx
      chapbook import notes/ -o source
      chapbook import chapters/ --book
      chapbook import draft.docx --changes keep
      chapbook import article.html -o source/wells.md
    """
    from pipeline.authoring.importing import ALONE, InputFolder, import_file, import_text, inputs
    from pipeline.authoring.importing.books import import_book, is_summary
    from pipeline.model.names import slug
    from pipeline.system import outputs

    books = [path for path in files if book or is_summary(path)]
    folders = [InputFolder.of(path) for path in files if path.is_dir() and path not in books]
    wanted = [one for path in files for one in ([(path, "")] if path in books else inputs(path))]
    if out.suffix == ".md" and len(wanted) > 1:
        raise click.UsageError("Several files need a folder: name one with -o.")
    targets = [out if out.suffix == ".md" else out / f"{name}.md" for _, name in wanted]
    code = BUILT
    imported = 0
    for (path, _), target in zip(wanted, targets, strict=True):
        chapters: dict[str, Imported] = {}
        if path in books:
            made, chapters = import_book(path, changes)
            target = out if out.suffix == ".md" else out / f"{slug(made.title) or 'book'}.md"
            while target.name in chapters:
                target = target.with_stem(f"{target.stem}-book")
        elif str(path) == "-":
            made = import_text(sys.stdin.buffer.read())
            target = out if out.suffix == ".md" else out / f"{slug(made.title) or 'text'}.md"
        else:
            inside = next((one for one in folders if one.path in path.parents), ALONE)
            made = import_file(path, changes, inside)
        if made.failed:
            show(made.findings, blocked=True)
            code = max(code, SOURCE_ERRORS)
            continue
        written = {target: made.text.encode()}
        written |= {target.parent / name: data for name, data in made.images.items()}
        for name, one in chapters.items():
            file = target.parent / name
            written[file] = one.text.encode()
            written |= {file.parent / name: data for name, data in one.images.items()}
        others = (file for file, data in written.items() if not outputs.holds(file, data))
        if there := next((file for file in others if file.exists()), None):
            message = (
                f"{path} is not imported: {there} already exists. Choose another place with -o."
            )
            click.echo(message, err=True)
            code = max(code, WRONG_USAGE)
            continue
        or_exit(outputs.write_all, target.parent, written)
        say(f"import   {path}: {target}")
        click.echo(f"{'':<9}{'':<17}{'input':>7}{'source':>8}")
        for row in made.ledger:
            mark = "" if row.in_source >= row.in_input else "  fewer"
            click.echo(f"{'':<9}{row.name:<17}{row.in_input:>7}{row.in_source:>8}{mark}")
        show(made.findings)
        imported += 1
    if code and len(wanted) > 1:
        click.echo(f"{imported} of {len(wanted)} files are imported.", err=True)
    sys.exit(code)
