"""Changes since the last build: of the text, and of pages of the standard print edition."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec

from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.events import DifferingPages
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.system import outputs

_SPAN = late(rb',"span":\{[^{}]*\}')
_LINE_END = b'"},{"type":"SoftBreak"},{"type":"Text","text":"'
"""Positions, and line ends between words, which may differ in sources of the same text."""


class _Version(msgspec.Struct, frozen=True):
    """The front matter's statements about the version of a text."""

    title: str = ""
    subtitle: str = ""
    version: str = ""
    modified: str = ""


class _Model(msgspec.Struct, frozen=True):
    """A parsed document, as far as its text is concerned."""

    metadata: _Version
    blocks: msgspec.Raw = msgspec.Raw(b"")
    notes: msgspec.Raw = msgspec.Raw(b"")

    @property
    def text(self) -> tuple[str | bytes, ...]:
        parts = (
            _SPAN.sub(b"", bytes(part)).replace(_LINE_END, b" ")
            for part in (self.blocks, self.notes)
        )
        return (self.metadata.title, self.metadata.subtitle, *parts)


def unannounced(folder: Path, document: Document, source: str) -> tuple[Diagnostic, ...]:
    """A finding if the text of a parsed document is not that of the last build into a ``folder``,
    but its ``version`` and ``modified`` are, and it states either."""
    metadata = document.metadata
    if not metadata.version and not metadata.modified:
        return ()
    try:
        before = msgspec.json.decode(outputs.model_of(folder).read_bytes(), type=_Model)
    except (OSError, msgspec.MsgspecError):
        return ()
    now = msgspec.json.decode(msgspec.json.encode(document), type=_Model)
    versions = [(each.metadata.version, each.metadata.modified) for each in (before, now)]
    if versions[0] != versions[1] or before.text == now.text:
        return ()
    keys = [key for key in ("version", "modified") if getattr(metadata, key)]
    return (
        diagnostic(
            Code.UNANNOUNCED_CHANGE,
            f"The text differs from that of the last build, but {_stated(metadata)}.",
            source=source,
            hint=f"Change {' or '.join(f'`{key}`' for key in keys)} before you publish it.",
        ),
    )


def _stated(metadata: Metadata) -> str:
    parts = [f"is still version {metadata.version}" if metadata.version else ""]
    parts.append(f"was last modified on {metadata.modified}" if metadata.modified else "")
    return f"it {' and '.join(filter(None, parts))}"


def new_pages(folder: Path, file: str, looks: tuple[str, ...]) -> DifferingPages:
    """The pages of a ``file`` that do not look like those of the last build."""
    try:
        before = _looks_of(folder, file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return DifferingPages()
    pairs = enumerate(itertools.zip_longest(looks, before[: len(looks)]), start=1)
    return DifferingPages(tuple(number for number, (new, old) in pairs if new != old), len(looks))


def keep_looks(folder: Path, file: str, looks: tuple[str, ...]) -> None:
    """Keep how pages look for the next build, next to the document that they were made from."""
    outputs.write(_looks_of(folder, file), "".join(f"{look}\n" for look in looks).encode())


def _looks_of(folder: Path, file: str) -> Path:
    return outputs.model_of(folder).with_name(f"{file}.pages")
