"""Formats that Chapbook does not read itself: Pandoc makes Markdown of them, which is imported."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from pipeline.commands.importing.dialects import translate
from pipeline.commands.importing.draft import Draft, image_folder, tell_loss, unread
from pipeline.commands.importing.markdown import draft_of_markdown
from pipeline.commands.importing.metadata import date_in
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.parser import parse
from pipeline.parser.files import normalise

SECONDS, MEMORY = 120, "1G"
"""The time and the memory that Pandoc may take."""

MOST_TOLD = 20
"""Messages of Pandoc that are shown."""

_MARKDOWN = "markdown-raw_attribute-raw_html-raw_tex-simple_tables-multiline_tables"

_MESSAGE = late(
    r"^\[(?:INFO|WARNING)\] (.*?)(?: at line (\d{1,9}) column (\d{1,9}))?$", re.MULTILINE
)
_USUAL = late(r"Extracting|Loaded|Skipped '\\maketitle|Could not load include file \S+\.sty")
"""Messages about what is no loss."""

_REFERENCE = late(r'\[[^\[\]\n]*\]\(#([^()\s]+)\)\{reference-type="[^"]*"\s+reference="[^"]*"\}')
_TABLE = late(
    r"^::: \{#tab:([\w:.-]+)\}\n((?:(?!:::)[^\n]*\n)*) {0,2}: ([^\n]*)\n:::$", re.MULTILINE
)
_TITLE = late(r"^::: title\n[^\n]*\n:::\n+", re.MULTILINE)
_DATE = late(r"\A(---\n(?:(?!---)[^\n]*\n)*?date: )([^\n]*)")


def read_by_pandoc(path: Path, name: str, form: str) -> Draft:
    """A file in one of Pandoc's formats."""
    try:
        import pypandoc

        program = pypandoc.get_pandoc_path()
    except (ImportError, OSError):
        message = f"`{path.suffix}` files are read by Pandoc, which is not installed."
        return unread(message, name, "Install it: pip install 'chapbook[pandoc]'")
    data = path.read_bytes()
    if form == "jats" and b"<article" not in data:
        return unread("Of XML files, only articles in JATS are imported.", name)
    with tempfile.TemporaryDirectory() as folder:
        # nothing but its input is read: no included files, no images
        command = [program, "+RTS", f"-M{MEMORY}", "-RTS", "--sandbox", "--verbose", "--standalone"]
        command += ["--wrap=none", f"--extract-media={image_folder(name)}", f"--from={form}"]
        command += [f"--to={_MARKDOWN}"]
        try:
            run = subprocess.run(
                command, input=data, capture_output=True, cwd=folder, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return unread(f"Pandoc has not read it in {SECONDS} seconds.", name)
        log = run.stderr.decode("utf-8", "replace").strip()
        if run.returncode:
            hint = "Files that it includes are not read: put their text into it."
            return unread(f"Pandoc cannot read it: {log[:300]}", name, hint)
        text = translate(normalise(_as_written(run.stdout.decode())), lambda line, message: None)
        images = Path(folder) if form == "pptx" else path.parent
        draft = draft_of_markdown(text, parse(text, name, images), images, name)
    without_lines = (replace(finding, line=0, column=0, length=0) for finding in draft.findings)
    message = "It is read by Pandoc: the comparison is with what Pandoc makes of it."
    findings = (tell_loss(message, name), *_messages(log, name), *_losses_in(form, path, name))
    return replace(draft, findings=(*findings, *without_lines))


def _as_written(text: str) -> str:
    """Pandoc's Markdown with references, captions, titles and dates as Chapbook writes them."""
    text = _TABLE.sub(r"\2\n: \3 {#tbl:\1}", text)
    text = _TITLE.sub("", text)
    text = _DATE.sub(lambda match: f"{match[1]}{date_in(match[2])[0] or match[2]}", text)
    return _REFERENCE.sub(_reference, text)


def _reference(match: re.Match[str]) -> str:
    target = re.sub("^tab:", "tbl:", match[1])
    if target.startswith(("fig:", "tbl:", "eq:")):
        return f"[-@{target}]"
    return match[0].partition("{reference-type")[0]


def _messages(log: str, name: str) -> Iterator[Diagnostic]:
    """The messages of Pandoc about what it leaves out."""
    matches = {m[0]: m for m in _MESSAGE.finditer(log) if not _USUAL.match(m[1])}
    messages = [*matches.values()]
    for match in messages[:MOST_TOLD]:
        span = Span(int(match[2]), int(match[3])) if match[2] else None
        yield tell_loss(f"Pandoc: {match[1][:200]}.", name, span=span)
    if (more := len(messages) - MOST_TOLD) > 0:
        yield tell_loss(f"Pandoc says more, which is not shown: {more} messages.", name)


def _losses_in(form: str, path: Path, name: str) -> Iterator[Diagnostic]:
    """The findings about what Pandoc leaves out without a word."""
    if form == "pptx":
        yield tell_loss("Each slide becomes a section; bullets become paragraphs.", name)
        with zipfile.ZipFile(path) as slides:
            notes = [n for n in slides.namelist() if re.match(r"ppt/notesSlides/[^/]+\.xml", n)]
        if notes:
            number = "1 slide" if len(notes) == 1 else f"{len(notes)} slides"
            yield tell_loss(f"The speaker's notes of {number} are left out.", name)
