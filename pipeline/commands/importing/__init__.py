"""The command ``import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands import terminal

if TYPE_CHECKING:
    from pipeline.commands.importing.draft import Changes
    from pipeline.commands.importing.inputs import Imported


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=terminal.GIVEN, metavar="FILE...")
@terminal.option(
    "-o --out",
    "The output: a folder or, for a single FILE, a name that ends in .md.",
    terminal.SOURCE,
    Path("source"),
)
@terminal.option(
    "--changes",
    "The treatment of tracked changes in .docx, .odt and .rtf; keep: as `<ins>` and `~~`.",
    click.Choice(["accept", "reject", "keep"]),
    "accept",
)
@click.option("--book", is_flag=True, help="Make one book of a folder, with one file per chapter.")
def import_command(files: tuple[Path, ...], out: Path, changes: Changes, book: bool) -> None:
    """Convert other formats into sources, with their images.

    Each file becomes a source of its own, and its images go into a folder with its name. Reads
    copied text (.txt, or - for standard input), web pages (.html), Word (.docx), OpenDocument
    (.odt) and RTF documents, e-books (.epub), PDF, other programs' Markdown (.md), questions in
    GIFT (.gift), Moodle XML (.xml), QTI (.zip) and H5P (.h5p), by Pandoc also LaTeX, Org, AsciiDoc,
    JATS, Typst, reStructuredText and PowerPoint, and folders of these. A table compares what the
    input contains with the result.

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
    from pipeline.commands.importing.books import import_book, is_summary
    from pipeline.commands.importing.inputs import (
        NO_FOLDER,
        InputFolder,
        import_file,
        import_text,
        inputs,
    )
    from pipeline.model.names import slug
    from pipeline.system import outputs

    books = [path for path in files if book or is_summary(path)]
    folders = [InputFolder.read(path) for path in files if path.is_dir() and path not in books]
    requested = [
        entry for path in files for entry in ([(path, "")] if path in books else inputs(path))
    ]
    if out.suffix == ".md" and len(requested) > 1:
        raise click.UsageError("Several files need a folder: name one with -o.")
    targets = [out if out.suffix == ".md" else out / f"{name}.md" for _, name in requested]
    code = terminal.BUILT
    imported = 0
    for (path, _), target in zip(requested, targets, strict=True):
        chapters: dict[str, Imported] = {}
        if path in books:
            result, chapters = import_book(path, changes)
            target = out if out.suffix == ".md" else out / f"{slug(result.title) or 'book'}.md"
            while target.name in chapters:
                target = target.with_stem(f"{target.stem}-book")
        elif str(path) == "-":
            result = import_text(sys.stdin.buffer.read())
            target = out if out.suffix == ".md" else out / f"{slug(result.title) or 'text'}.md"
        else:
            inside = next((folder for folder in folders if folder.path in path.parents), NO_FOLDER)
            result = import_file(path, changes, inside)
        if result.failed:
            terminal.show(result.findings, blocked=True)
            code = max(code, terminal.SOURCE_ERRORS)
            continue
        written = _files(target, result)
        for name, chapter in chapters.items():
            written |= _files(target.parent / name, chapter)
        others = (file for file, data in written.items() if not outputs.holds(file, data))
        if there := next((file for file in others if file.exists()), None):
            message = (
                f"{path} is not imported: {there} already exists. Choose another place with -o."
            )
            click.echo(message, err=True)
            code = max(code, terminal.WRONG_USAGE)
            continue
        terminal.or_exit(outputs.write_all, target.parent, written)
        terminal.say(f"import   {path}: {target}")
        _print_ledger(result)
        terminal.show(result.findings)
        imported += 1
    if code and len(requested) > 1:
        click.echo(f"{imported} of {len(requested)} files are imported.", err=True)
    sys.exit(code)


def _files(source: Path, imported: Imported) -> dict[Path, bytes]:
    """The contents of a source and of the images next to it."""
    images = {source.parent / name: data for name, data in imported.images.items()}
    return {source: imported.text.encode(), **images}


def _print_ledger(imported: Imported) -> None:
    """Print the numbers of elements in the input and in the source."""
    click.echo(f"{'':<9}{'':<17}{'input':>7}{'source':>8}")
    for row in imported.ledger:
        mark = "" if row.in_source >= row.in_input else "  fewer"
        click.echo(f"{'':<9}{row.name:<17}{row.in_input:>7}{row.in_source:>8}{mark}")
