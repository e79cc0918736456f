"""The command ``class``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.commands import terminal
from pipeline.commands.builds import options


@click.command("class")
@click.argument("source", type=terminal.SOURCE)
@terminal.option(
    "--list listed",
    "The list of the class (CSV), instead of the `class_list` of the front matter.",
    click.Path(path_type=Path, dir_okay=False),
)
@options("out", "templates")
def class_command(source: Path, listed: Path | None, out: Path, templates: Path | None) -> None:
    """Make one PDF with a handout for each pupil of a class, in the order of a list.

    The list has a row for each pupil, and the columns name, level and version; others replace
    variables of the text. Names are in the PDF and the list beside it only.
    """
    from pipeline.commands.class_set.making import class_set
    from pipeline.flow.steps import parse
    from pipeline.keep import keeping
    from pipeline.model.editions import stem_of
    from pipeline.system import outputs
    from pipeline.system.store import CACHE, Folder

    terminal.need_system({"pdf"})
    if listed is None:
        with keeping():
            named = parse(source).metadata.class_list
        if not named:
            raise click.UsageError("Name the list: `--list pupils.csv`, or `class_list` in front.")
        listed = source.parent / named
    if not listed.is_file():
        terminal.give_up(f"there is no file {listed}", terminal.SOURCE_ERRORS)
    result = terminal.or_exit(class_set, source, listed, Folder(out / CACHE), templates)
    terminal.show(result.findings)
    if not result.pdf:
        sys.exit(terminal.SOURCE_ERRORS)
    folder, stem = out / stem_of(source), stem_of(source)
    files = {folder / f"{stem}-class.pdf": result.pdf, folder / f"{stem}-class.csv": result.listing}
    terminal.or_exit(outputs.write_all, folder, files)
    for path in files:
        terminal.say(f"class    {path}: {result.pupils} pupils")
    sys.exit(terminal.BUILT)
