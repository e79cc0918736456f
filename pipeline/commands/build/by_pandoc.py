"""Formats that Pandoc makes of the finished Word file: `--edition pandoc:odt`.

Pandoc gets that file alone, in an empty folder and in its sandbox: nothing can be in what it writes
that the Word file does not hold, in which the gate has looked for answers.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from pipeline.commands.terminal import CONVERTED, say
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.names import nearest
from pipeline.package.bundle import write_archive
from pipeline.system import outputs

SUFFIXES = {
    "latex": "tex", "docbook": "dbk", "typst": "typ", "asciidoc": "adoc", "context": "ctx.tex",
    "jats": "jats.xml", "tei": "tei.xml", "mediawiki": "wiki", "texinfo": "texi",
}  # fmt: skip
"""The endings of files that are not the names of their formats."""

WHOLE = ("odt", "rtf", "fb2", "docx", "pptx", "epub", "epub2", "epub3", "ipynb")
"""The formats that have pictures in their files."""

NO_TEXTS = ("pdf", "chunkedhtml", "bibtex", "biblatex", "csljson")
"""Formats of Pandoc that are no file of a text."""

LOST = {
    b"<w:sdt>": "what is to be filled in is lines of text",
    b"<w:cols ": "text in columns stands in one",
    b" XE ": "the index is text",
    b'orient="landscape"': "turned pages are upright",
}
"""The losses, by the markup of the Word file that stands for them."""

LOST_LAYOUT = "pages, heads and feet are not those of the Word file, and numbers are text"
SECONDS, MEMORY = 120, "1G"
"""The time and the memory that Pandoc may take."""

STYLES = Path(__file__).with_name("word_styles.lua")
DATE = "946684800"
"""The date of all files, unless the environment has one."""

_DRAWING = late(rb"<asvg:svgBlip [^<>]*+>")
_INDENT = late(rb" {2,}")
"""Spaces of code, of which Pandoc would keep one."""

_MESSAGE = late(r"^\[WARNING\] (.*)$", re.MULTILINE)


class Requested(NamedTuple):
    """The editions to build, and the formats to make of the Word file."""

    editions: tuple[str, ...]
    formats: tuple[str, ...]


def parse_requested(names: Iterable[str]) -> Requested:
    """The editions and formats that were asked for. Raises `click.UsageError` for those that Pandoc
    does not write, and if it is not installed."""
    names = tuple(names)
    formats = tuple(n.removeprefix(CONVERTED) for n in names if n.startswith(CONVERTED))
    if not formats:
        return Requested(names, ())
    try:
        import pypandoc

        known = [name for name in pypandoc.get_pandoc_formats()[1] if name not in NO_TEXTS]
    except (ImportError, OSError):
        message = "Pandoc is not installed; install it: pip install 'chapbook[pandoc]'"
        raise click.UsageError(message) from None
    for name in formats:
        if name not in known:
            near = nearest(name, known)
            advice = (
                f"did you mean {CONVERTED}{near}?" if near else f"it writes {', '.join(known)}."
            )
            message = f"Pandoc does not write {name!r}; {advice}"
            raise click.BadParameter(message, param_hint="--edition")
    editions = (name for name in names if not name.startswith(CONVERTED))
    return Requested(tuple(dict.fromkeys((*editions, "word"))), formats)


def convert(source: Path, files: Iterable[Path], formats: Sequence[str]) -> tuple[Diagnostic, ...]:
    """Write the formats beside each Word file, and say what they lack. Raises `OSError`, also if
    Pandoc fails."""
    parts = {file: _parts(file) for file in files if file.suffix == ".docx"}
    text = b"".join(each["word/document.xml"] for each in parts.values())
    losses = "; ".join((LOST_LAYOUT, *(loss for sign, loss in LOST.items() if sign in text)))
    messages = {f"As {', '.join(formats)}: {losses}.": None} if parts and formats else {}
    for file, of_file in parts.items():
        described, data = _describe(file), write_archive(of_file)
        media = {part: of_file[part] for part in of_file if part.startswith("word/media/")}
        for name in formats:
            path = file.with_suffix(f".{SUFFIXES.get(name, name)}")
            written, log = _convert(data, name, described, path.name)
            beside = {} if name in WHOLE else media
            places = {path.parent / part.removeprefix("word/"): beside[part] for part in beside}
            outputs.write_all(path.parent, {path: written, **places})
            say(f"{name:<8} {path}")
            messages |= dict.fromkeys(f"Pandoc, of {name}: {m}" for m in _MESSAGE.findall(log))
    return tuple(diagnostic(Code.NOT_IN_WORD, each, source=str(source)) for each in messages)


def _describe(file: Path) -> list[str]:
    """The options that tell Pandoc what the file says of itself."""
    import docx

    about = docx.Document(str(file)).core_properties
    described = {"title": about.title, "author": about.author, "lang": about.language}
    return [f"--metadata={key}={value}" for key, value in described.items() if value]


def _convert(data: bytes, name: str, described: list[str], file: str) -> tuple[bytes, str]:
    """A Word file in another format, for a ``file``, and the messages of Pandoc."""
    import pypandoc

    command = [
        pypandoc.get_pandoc_path(), "+RTS", f"-M{MEMORY}", "-RTS", "--sandbox", "--standalone",
        "--from=docx+styles+empty_paragraphs", f"--to={name}", f"--lua-filter={STYLES}",
        *described, "--output=-",
    ]  # fmt: skip
    try:
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run(
                command, input=data, capture_output=True, cwd=folder, timeout=SECONDS,
                check=False, env={"SOURCE_DATE_EPOCH": DATE, **os.environ},
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise OSError(f"Pandoc has not made {file} in {SECONDS} seconds") from None
    log = run.stderr.decode("utf-8", "replace").strip()
    if run.returncode:
        raise OSError(f"Pandoc cannot make {file}: {log[:300]}")
    return _remove_times(run.stdout), log


def _parts(file: Path) -> dict[str, bytes]:
    """The parts of a Word file, with pictures in the place of drawings, which few formats show."""
    with zipfile.ZipFile(file) as archive:
        names = (name for name in archive.namelist() if not name.endswith(".svg"))
        parts = {name: archive.read(name) for name in names}
    text = _DRAWING.sub(b"", parts["word/document.xml"])
    kept = _INDENT.sub(lambda spaces: "\u00a0".encode() * len(spaces[0]), text)
    return parts | {"word/document.xml": kept}


def _remove_times(data: bytes) -> bytes:
    """A file without the time of day, which archives have."""
    if not data.startswith(b"PK\x03\x04"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return write_archive(parts, stored=("mimetype",))
