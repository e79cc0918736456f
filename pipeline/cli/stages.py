"""The stages as commands, each from the file that the one before it wrote."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from pipeline.cli.terminal import (
    FOLDER,
    READABLE,
    SOURCE,
    SOURCE_ERRORS,
    TEMPLATES,
    check_editions,
    decoded,
    need_system,
    or_exit,
    put,
    say,
    say_fit,
    show,
)

DEPFILE = click.option("--depfile", type=SOURCE, help="Write a rule for make of what was read.")
TARGET = click.option("--target", default="", help="What the rule is for.")
OUTPUT = click.option("-o", "--output", type=SOURCE, help="Where to (default: print it).")


@click.command()
@click.argument("source", type=SOURCE)
@click.option(
    "--editions",
    "names_file",
    type=SOURCE,
    help="Write which editions are listed, which is the web edition, and whether it tells pages.",
)
@OUTPUT
@DEPFILE
@TARGET
def parse(
    source: Path,
    names_file: Path | None,
    output: Path | None,
    depfile: Path | None,
    target: str,
) -> None:
    """Read a source into the document model (JSON)."""
    from pipeline import model, outputs
    from pipeline.editions import EDITIONS, chosen_names, tells_pages
    from pipeline.parser import parse_file

    started = time.perf_counter()
    document = parse_file(source)
    if any(finding.is_error for finding in document.diagnostics):
        from pipeline import driver, making

        show(
            making.all_findings(document, driver.chosen_editions((), document), source),
            blocked=True,
        )
        sys.exit(SOURCE_ERRORS)
    show(document.diagnostics)
    put(output, model.encode(document), "parse", started)
    if names_file:
        metadata = document.metadata
        listed = " ".join(chosen_names(metadata.editions, metadata))
        [web] = chosen_names(["web"], metadata)
        pages = "told" if tells_pages(EDITIONS[web], metadata) else ""
        lines = f"listed: {listed}\nweb: {web}\npages: {pages}\n"
        or_exit(lambda: outputs.write(names_file, lines.encode()))
    if depfile:
        read = [source.parent / name for name in document.files]
        or_exit(lambda: outputs.write(depfile, outputs.dependency_file(target, read)))


@click.command()
@click.argument("model_file", type=READABLE, metavar="MODEL.json")
@click.option("--edition", required=True, metavar="NAME")
@click.option("--folder", type=FOLDER, default=Path(), help="The source's folder.")
@click.option("--templates", type=TEMPLATES)
@click.option(
    "--page-map",
    "map_file",
    type=READABLE,
    help="Where the pages of the standard print edition begin, for editions that tell them.",
)
@OUTPUT
@DEPFILE
@TARGET
def render(
    model_file: Path,
    edition: str,
    folder: Path,
    templates: Path | None,
    map_file: Path | None,
    output: Path | None,
    depfile: Path | None,
    target: str,
) -> None:
    """Select, resolve and render an edition of a document into pages (JSON)."""
    from pipeline import making, model, outputs, pages, pagination
    from pipeline.diagnostics import Diagnostic
    from pipeline.editions import EDITIONS, stem_of
    from pipeline.render.environment import template_files
    from pipeline.resolve.assets import missing_files

    check_editions((edition,))
    row = EDITIONS[edition]
    started = time.perf_counter()
    document = decoded(model.decode, model_file, "a document model")
    page_map = decoded(pagination.decode, map_file, "a map of pages") if map_file else None
    resolved = making.prepare(document, row, folder, page_map)
    stem = stem_of(Path(document.source))
    rendered = making.render_pages(resolved, row, stem, templates, page_map)
    found = list(resolved.diagnostics)
    if isinstance(rendered, Diagnostic):
        found.append(rendered)
    else:
        found += rendered.findings
    show(finding for finding in found if finding not in document.diagnostics)
    if isinstance(rendered, Diagnostic) or any(finding.is_error for finding in found):
        sys.exit(SOURCE_ERRORS)
    put(output, pages.encode(rendered), "render", started)
    if depfile:
        read = [*template_files(templates, row.format)]
        read += [folder / asset.path for asset in resolved.assets if asset.is_file]
        read += [folder / name for name in resolved.files if name not in document.files]
        read += [folder / name for name in missing_files(resolved)]
        or_exit(lambda: outputs.write(depfile, outputs.dependency_file(target, read)))


@click.command()
@click.argument("pages_file", type=READABLE, metavar="PAGES.json")
@click.option("--folder", type=FOLDER, default=Path(), help="The source's folder.")
@click.option("--assets", is_flag=True, help="Keep styles and images in files beside it.")
@click.option("-o", "--output", type=SOURCE, required=True, help="Where to.")
@click.option(
    "--page-map", "map_file", type=SOURCE, help="Where to write where the pages begin, too."
)
@DEPFILE
@TARGET
def package(
    pages_file: Path,
    folder: Path,
    assets: bool,
    output: Path,
    map_file: Path | None,
    depfile: Path | None,
    target: str,
) -> None:
    """Make the finished file of an edition from its pages."""
    from pipeline import outputs, pages, pagination
    from pipeline.checksums import left_over
    from pipeline.editions import EDITIONS, STANDARD_PRINT, output_name
    from pipeline.package import package as make
    from pipeline.package.facts import fitted

    started = time.perf_counter()
    rendered = decoded(pages.decode, pages_file, "pages")
    format_name = EDITIONS[rendered.edition].format
    need_system({format_name})
    packed = make(rendered, folder, assets_beside=assets)
    show(packed.diagnostics)
    if any(finding.is_error for finding in packed.diagnostics):
        sys.exit(SOURCE_ERRORS)
    edition = EDITIONS[rendered.edition]
    root = output.parents[output_name(rendered.stem, edition).count("/")]
    beside = {root / name: data for name, data in packed.extra.items()}
    gone = left_over(output.parent, (output, *beside)) if edition.chapters else ()
    if map_file:
        if packed.page_map is None:
            raise click.UsageError(f"only the edition {STANDARD_PRINT} has a map of its pages")
        page_map = pagination.encode(packed.page_map)
        or_exit(lambda: outputs.write(map_file, page_map))
    or_exit(lambda: outputs.write_all(root, {**beside, output: packed.data}, gone))
    say(format_name, started, len(packed.data), output)
    say_fit(fitted(packed.data, format_name))
    if depfile:
        or_exit(
            lambda: outputs.write(depfile, outputs.dependency_file(target, packed.dependencies))
        )


@click.command()
@click.argument("files", nargs=-1, required=True, type=READABLE, metavar="OUTPUT...")
@click.option(
    "--pages",
    "pages_files",
    multiple=True,
    type=READABLE,
    help="The pages that an output was made from, in the outputs' order.",
)
@click.option("-o", "--output", type=SOURCE, required=True, help="Where to.")
def manifest(files: tuple[Path, ...], pages_files: tuple[Path, ...], output: Path) -> None:
    """Describe finished files in a manifest."""
    from pipeline import manifest as description
    from pipeline import pages
    from pipeline.editions import EDITIONS, pages_name
    from pipeline.package.facts import facts, fitted

    if len(files) != len(pages_files):
        raise click.UsageError("give --pages once for every output")
    entries = []
    metadata = None
    for file, pages_file in zip(files, pages_files, strict=True):
        rendered = decoded(pages.decode, pages_file, "pages")
        edition, metadata = EDITIONS[rendered.edition], rendered.metadata
        beside = file.with_name(pages_name(file.name, edition) or file.name)
        for made in dict.fromkeys((file, beside)):
            if made.is_file():
                data = made.read_bytes()
                counts = facts(data, edition.format)
                fit = fitted(data, edition.format)
                entries.append(
                    description.describe(
                        made.name,
                        edition,
                        data,
                        counts,
                        fitted=fit,
                        accessibility=rendered.accessibility,
                    )
                )
    assert metadata is not None
    started = time.perf_counter()
    put(output, description.encode(description.of(metadata, entries)), "manifest", started)
