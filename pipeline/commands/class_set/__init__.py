"""The command ``class``: a set of handouts, one for each pupil on a list. Names of pupils are in
its files alone: not in what is kept between builds, nor in the manifest.
"""

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
@terminal.EDITION(
    help="The printed editions to make, separated by commas (default: handout); with keys, answers"
    " or teacher also those for the teacher.",
)
@options("out", "templates")
def class_command(
    source: Path,
    listed: Path | None,
    editions: tuple[str, ...],
    out: Path,
    templates: Path | None,
) -> None:
    """Make one PDF with a handout for each pupil of a class, in the order of a list.

    The list has a row for each pupil, and the columns name, level and version; others replace
    variables of the text. Names are in the PDFs and the list beside them only.

    \b
    Example:
      chapbook class test.md --list 7b.csv --edition greyscale,booklet,keys
    """
    from pipeline.commands.class_set.handouts import NAMES, class_set
    from pipeline.flow.steps import parse
    from pipeline.keep import keeping
    from pipeline.model.editions import STANDARD_PRINT, stem_of
    from pipeline.system import outputs
    from pipeline.system.store import CACHE, Folder

    if wrong := next((name for name in editions if name not in NAMES), ""):
        message = f"{wrong} is not made for a class. There are {', '.join(NAMES)}."
        raise click.BadParameter(message, param_hint="--edition")
    terminal.need_system({"pdf"})
    if listed is None:
        with keeping():
            named = parse(source).metadata.class_list
        if not named:
            raise click.UsageError("Name the list: `--list pupils.csv`, or `class_list` in front.")
        listed = source.parent / named
    if not listed.is_file():
        terminal.give_up(f"there is no file {listed}", terminal.SOURCE_ERRORS)
    store = Folder(out / CACHE)
    result = terminal.or_exit(class_set, source, listed, store, templates, editions)
    terminal.show(result.findings)
    if not result.files:
        sys.exit(terminal.SOURCE_ERRORS)
    folder, stem = out / stem_of(source), f"{stem_of(source)}-class"
    ends = ("" if file.edition == STANDARD_PRINT else f"-{file.edition}" for file in result.files)
    files = {
        folder / f"{stem}{end}.pdf": file.data for end, file in zip(ends, result.files, strict=True)
    }
    files[folder / f"{stem}.csv"] = result.listing
    terminal.or_exit(outputs.write_all, folder, files)
    count = "1 pupil" if result.pupils == 1 else f"{result.pupils} pupils"
    for path in files:
        terminal.say(f"class    {path}: {count}")
    sys.exit(terminal.BUILT)
