"""Saving what was made: the files of the editions, archives of those that are split, and the
manifest, all at once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline import catalog, checksums, manifest, outputs
from pipeline.catalog.cover import front_of
from pipeline.editions import EDITIONS, Edition, bundle_name, output_name
from pipeline.making import Made
from pipeline.metadata import Metadata
from pipeline.package.bundle import bundle, left_over
from pipeline.package.facts import facts, fitted
from pipeline.package.moment import NO_DATE, publication_moment
from pipeline.paper import Fitted


class Step(msgspec.Struct, frozen=True):
    """A file that was made: what, in how many seconds, of how many bytes, where, and what was
    chosen so that its text fills its pages."""

    name: str
    seconds: float
    size: int
    path: Path
    fitted: Fitted | None = None


class Saving:
    """Gathers the files that go into a ``folder``, what the manifest says of them, and the steps
    that led to them. Nothing is written before `write`."""

    def __init__(self, folder: Path, stem: str) -> None:
        self.steps: list[Step] = []
        self._folder = folder
        self._stem = stem
        self._files: dict[Path, bytes] = {}
        self._entries: list[manifest.Output] = []
        self._gone: tuple[Path, ...] = (folder / "model.json",)  # where it once was kept
        self._model = b""

    def add_model(self, data: bytes, seconds: float) -> None:
        """The document as it was parsed, in so many seconds."""
        self._model = data
        path = self._folder.parent / outputs.WORK / self._stem / "model.json"
        self.steps.append(Step("parse", seconds, len(data), path))

    def add_edition(self, made: Made) -> None:
        """An edition's file, and those beside it. What is left of an older site is to be
        deleted."""
        edition = EDITIONS[made.edition]
        name = output_name(self._stem, edition)
        files = self._add(made, name, edition)
        if edition.chapters:
            folder = (self._folder / name).parent
            self._gone += checksums.left_over(folder, (self._folder / file for file in files))

    def add_parts(self, made: Made) -> None:
        """The files of an edition that is split, and an archive of them. What is left of an older
        one is to be deleted."""
        edition = EDITIONS[made.edition]
        files: dict[str, bytes] = {}
        for part in made.parts:
            files |= self._add(part, part.file, edition)
        name, data = bundle_name(self._stem, edition), bundle(files)
        self._gone += left_over(self._folder / name, name.removesuffix(".zip"), files)
        self._put(name, data)
        self._entries.append(manifest.describe_bundle(name, edition, data, len(files)))
        self.steps.append(Step("zip", 0.0, len(data), self._folder / name))

    def _add(self, made: Made, name: str, edition: Edition) -> dict[str, bytes]:
        files = {name: made.data, **made.extra}
        section = made.section[-1] if made.section else ""
        fit = fitted(made.data, edition.format)
        for file, data in files.items():
            self._put(file, data)
            # what else lies beside is no output, nor are the further pages of a site
            if file.endswith(f".{edition.format}") and (file == name or not edition.chapters):
                counts = facts(data, edition.format)
                fit_here = fit if file == name else fitted(data, edition.format)
                self._entries.append(
                    manifest.describe(
                        file, edition, data, counts, section, fit_here, made.accessibility
                    )
                )
        step = Step(edition.format, made.seconds, len(made.data), self._folder / name, fit)
        self.steps.append(step)
        return files

    def add_catalog(self, metadata: Metadata, made: Iterable[Made]) -> None:
        """The records for shops and libraries of the editions that are products, and the cover
        that these show."""
        started = time.perf_counter()
        whole = {EDITIONS[one.edition]: one for one in made if one.data}
        books = (one.data for edition, one in whole.items() if edition.format == "epub")
        front = next(map(front_of, books), None)
        cover = None
        if front:
            name = f"{self._stem}-cover{front.suffix}"
            self._put(name, front.data)
            cover = catalog.Picture(name, front.media_type, front.width, front.height)
        products = tuple(
            catalog.Product(
                edition,
                output_name(self._stem, edition),
                len(one.data),
                facts(one.data, edition.format).get("pages", 0),
                one.accessibility,
            )
            for edition, one in sorted(whole.items(), key=lambda pair: pair[0].format != "epub")
            if catalog.is_product(edition)
        )
        web = next((output_name(self._stem, e) for e in whole if e.format == "html"), "")
        changed = publication_moment(metadata.modified or metadata.date) or NO_DATE
        record = catalog.Record(metadata, self._stem, changed, products, cover, web)
        for name, data in catalog.files(record).items():
            self._put(name, data)
            kind = "onix" if name.endswith(".xml") else "opds"
            seconds = time.perf_counter() - started
            self.steps.append(Step(kind, seconds, len(data), self._folder / name))

    def _put(self, name: str, data: bytes) -> None:
        self._files[self._folder / name] = data

    def write(self, metadata: Metadata) -> tuple[Path, ...]:
        """Write all files, and the manifest of a publication that has these metadata. Raises
        `OSError` where that cannot be done; nothing has changed then."""
        self._put("manifest.json", manifest.encode(manifest.of(metadata, self._entries)))
        outputs.write_all(self._folder, self._files, self._gone)
        outputs.write(outputs.model_of(self._folder), self._model)
        return tuple(self._files)
