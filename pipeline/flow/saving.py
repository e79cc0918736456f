"""Saving outputs, all together or none, and what is different since the last build."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline.features import here
from pipeline.flow import manifest
from pipeline.flow.values import BuiltEdition, Result
from pipeline.model import Document
from pipeline.model.catalog import CoverPicture, Product, Record, is_product
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, DifferingPages, Saved
from pipeline.model.editions import EDITIONS, bundle_name, output_name
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.package.bundle import bundle, find_superseded
from pipeline.package.result import NO_DATE, publication_moment
from pipeline.system import outputs
from pipeline.system.paths import State, states
from pipeline.system.store import Store, decode, encode, file_digest

# --- changes ---------------------------------------------------------------------------------
# Changes since the last build: of the text, and of pages of the standard print edition.

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


def find_unannounced(folder: Path, document: Document) -> tuple[Diagnostic, ...]:
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
            f"The text differs from that of the last build, but {_state_version(metadata)}.",
            source=document.source,
            hint=f"Change {' or '.join(f'`{key}`' for key in keys)} before you publish it.",
        ),
    )


def _state_version(metadata: Metadata) -> str:
    parts = [f"is still version {metadata.version}" if metadata.version else ""]
    parts.append(f"was last modified on {metadata.modified}" if metadata.modified else "")
    return f"it {' and '.join(filter(None, parts))}"


def pages_that_differ(folder: Path, file: str, looks: tuple[str, ...]) -> DifferingPages:
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


# --- saving ----------------------------------------------------------------------------------
# Saving outputs: the files of editions, archives of those that are split, and the manifest, all at
# once.


class Saving:
    """Collects the files that go into a ``folder``, their manifest entries, and messages about
    them. Nothing is written before `write`."""

    def __init__(self, folder: Path, stem: str) -> None:
        self.saved: list[Saved] = []
        self._folder = folder
        self._stem = stem
        self._files: dict[Path, bytes] = {}
        self._entries: list[manifest.Output] = []
        self._removed: tuple[Path, ...] = (folder / "model.json",)  # where it once was kept
        self._model = b""
        self._looks: dict[str, tuple[str, ...]] = {}
        self._records: dict[str, bytes] = {}

    @property
    def entries(self) -> tuple[manifest.Output, ...]:
        """The entries of these files in the manifest."""
        return tuple(self._entries)

    def add_model(self, data: bytes, seconds: float) -> None:
        """The parsed document, with the time in seconds."""
        self._model = data
        path = self._folder.parent / outputs.WORK / self._stem / "model.json"  # as it is named
        self.saved.append(Saved("parse", seconds, len(data), path))

    def add(self, built: BuiltEdition) -> None:
        """The files of an edition. Remaining files of an earlier build of it will be deleted."""
        if built.package is None:
            self._add_parts(built)
            return
        files = self._add(built)
        if built.edition.chapters:
            folder = (self._folder / built.file).parent
            self._removed += outputs.find_superseded(
                folder, (self._folder / file for file in files)
            )

    def _add_parts(self, built: BuiltEdition) -> None:
        """The handouts that an edition is split into, and an archive of them."""
        edition, started = built.edition, time.perf_counter()
        files: dict[str, bytes] = {}
        for part in built.parts:
            files |= self._add(part)
        name, data = bundle_name(self._stem, edition), bundle(files)
        self._removed += find_superseded(self._folder / name, name.removesuffix(".zip"), files)
        self._put(name, data)
        self._entries.append(manifest.describe_bundle(name, edition, data, len(files)))
        seconds = time.perf_counter() - started
        self.saved.append(Saved("zip", seconds, len(data), self._folder / name))

    def _add(self, built: BuiltEdition) -> dict[str, bytes]:
        name, edition, package = built.file, built.edition, built.package
        assert package, "a document with errors is not saved"
        files = {name: package.data, **package.extra}
        section = built.section[-1] if built.section else ""
        for file, data in files.items():
            self._put(file, data)
            # other files next to it are not editions, and neither are the further pages of a site
            facts = package.facts if file == name else package.extra_facts.get(file)
            if facts:
                claims = package.accessibility
                entry = manifest.describe(file, edition, data, facts, section, claims)
                self._entries.append(entry)
        path = self._folder / name
        fit, size = package.facts.fitted, len(package.data)
        new_pages = DifferingPages()
        if package.looks and not built.section:
            new_pages = pages_that_differ(self._folder, name, package.looks)
            self._looks[name] = package.looks
        self.saved.append(Saved(edition.format, built.seconds, size, path, fit, new_pages))
        return files

    def add_catalog(self, metadata: Metadata, built: Iterable[BuiltEdition]) -> Record:
        """The records for shops and libraries of the editions that are products, and the cover
        that these show."""
        started = time.perf_counter()
        # of the levels and versions of an edition, the first is the product
        first = {output.edition.name: output for output in reversed(tuple(built))}
        packages = {out.edition: out.package for out in reversed(first.values()) if out.package}
        front = next((package.front for package in packages.values() if package.front), None)
        cover = None
        if front:
            from pipeline.package.covers import cover_for_shops

            front = cover_for_shops(front)
            name = f"{self._stem}-cover{front.suffix}"
            self._put(name, front.data)
            cover = CoverPicture(name, front.media_type, front.width, front.height)
        products = tuple(
            Product(
                edition,
                output_name(self._stem, edition),
                len(package.data),
                package.facts.pages,
                package.accessibility,
            )
            for edition, package in sorted(packages.items(), key=lambda p: p[0].format != "epub")
            if is_product(edition)
        )
        web = next((output_name(self._stem, e) for e in packages if e.format == "html"), "")
        changed = publication_moment(metadata.modified or metadata.date) or NO_DATE
        record = Record(metadata, self._stem, changed, products, cover, web)
        if here("catalog"):
            from pipeline.features.catalog import record_files

            self._records = record_files(record)
        for name, data in self._records.items():
            self._put(name, data)
            kind = "onix" if name.endswith(".xml") else "opds"
            seconds = time.perf_counter() - started
            self.saved.append(Saved(kind, seconds, len(data), self._folder / name))
        return record

    def leaks(self, document: Document) -> tuple[Diagnostic, ...]:
        """Findings about text for teachers in the files about editions for everybody: those for
        catalogues, the new manifest, and the metadata, from which the catalogue of a library is
        made."""
        if not document.withheld:
            return ()
        from pipeline.verify.gate import leaks_for_all

        metadata = document.metadata
        entries = (entry for entry in self._entries if not EDITIONS[entry.edition].has_answers)
        data = manifest.encode(manifest.compose(metadata, entries, {}))
        metadata_json = msgspec.json.encode(metadata)
        about = {**self._records, outputs.MANIFEST: data, "metadata.json": metadata_json}
        return leaks_for_all(document, about)

    def _put(self, name: str, data: bytes) -> None:
        self._files[self._folder / name] = data

    def write(self, metadata: Metadata) -> tuple[Path, ...]:
        """Write all files, and the manifest of a publication with these metadata: of these files,
        and of existing ones. Raises `OSError` on failure, and then changes nothing."""
        place = self._folder / outputs.MANIFEST
        files = {path.relative_to(self._folder).as_posix(): d for path, d in self._files.items()}
        removed = {path.relative_to(self._folder).as_posix() for path in self._removed}
        outputs_before, others_before = manifest.still_true(place, but=files.keys() | removed)
        described = {entry.file for entry in self._entries}
        others = {file: outputs.sha256(d) for file, d in files.items() if file not in described}
        entries = (*self._entries, *outputs_before)
        data = manifest.encode(manifest.compose(metadata, entries, {**others_before, **others}))
        self._put(place.name, data)
        outputs.write_all(self._folder, self._files, self._removed)
        outputs.write(outputs.model_of(self._folder), self._model)
        for name, looks in self._looks.items():
            keep_looks(self._folder, name, looks)
        outputs.list_outputs(self._folder, self._files)
        return tuple(self._files)


# --- again -----------------------------------------------------------------------------------
# A build that need not be done again, since all that it read and wrote is as it was then.


class _Made(msgspec.Struct, frozen=True):
    """The result of a build, and what it saved, with the digests of the files that it read, and the
    states of those that are in its folders afterwards."""

    result: Result
    saved: tuple[Saved, ...]
    read: dict[str, str]
    written: dict[str, State]


def made_before(store: Store, name: str) -> tuple[Result, tuple[Saved, ...]] | None:
    """The result of the build that is kept under a name, and what it saved, if another would read
    and write the same."""
    try:
        made = decode(store.get(name) or b"", type=_Made, dec_hook=lambda kind, text: kind(text))
    except msgspec.MsgspecError:
        return None
    read, is_same = states(made.read), states(made.written) == made.written
    if not is_same or any(file_digest(file) != digest for file, digest in made.read.items()):
        return None
    return msgspec.structs.replace(made.result, read=read), made.saved


def keep_made(
    store: Store, name: str, result: Result, saved: Iterable[Saved], folder: Path, began: int
) -> None:
    """Keep the result of a build into ``folder``, and what it saved, under a name, unless what it
    read was changed since it ``began``. The next one finds nothing that differs from this one."""
    if states(result.read) != result.read or any(s and s[0] >= began for s in result.read.values()):
        return
    unannounced = Code.UNANNOUNCED_CHANGE.slug
    findings = tuple(each for each in result.diagnostics if each.code != unannounced)
    made = _Made(
        msgspec.structs.replace(result, diagnostics=findings, read={}),
        tuple(
            Saved(each.name, 0.0, each.size, each.path, each.fitted)  # without pages that differ
            for each in saved
        ),
        {file: file_digest(file) for file in result.read},
        states(
            path
            for top in (folder, outputs.model_of(folder).parent)
            for path in top.rglob("*")
            if path.is_file()
        ),
    )
    with contextlib.suppress(UnicodeEncodeError):  # of a name that is not UTF-8
        store.put(name, encode(made, enc_hook=str))
