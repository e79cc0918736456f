"""The manifest: what was built, from what, and with what."""

from __future__ import annotations

import platform
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from pipeline.model.editions import Edition
from pipeline.model.metadata import Metadata
from pipeline.model.paper import Fitted
from pipeline.model.rendered import Accessibility, Verdict
from pipeline.package.result import FileFacts
from pipeline.system.outputs import checksum, sha256
from pipeline.system.store import packages

LIBRARIES = (
    "chapbook", "ebooklib", "fonttools", "jinja2", "markdown", "msgspec", "pikepdf", "pillow",
    "pygments", "pypdfium2", "python-barcode", "uharfbuzz", "weasyprint", "font-source-sans-pro",
    "font-source-serif-pro", "fontpkg-source-code-pro",
)  # fmt: skip


class Audit(msgspec.Struct, frozen=True):
    """The accessibility claims of an e-book and their basis: the result of each audit rule, the
    WCAG criteria that are met by the nature of the book, and those that need human judgement (with
    the question)."""

    conforms_to: str
    features: tuple[str, ...]
    hazards: tuple[str, ...]
    rules: tuple[Verdict, ...]
    by_nature: tuple[str, ...]
    for_people: dict[str, str]


class Output(msgspec.Struct, frozen=True):
    """A file that was built: ``size`` in bytes; ``facts``, counts such as pages; the ``variation``
    of its edition, such as its level; the ``section`` for a part of the publication, the settings
    chosen for filling pages, and the accessibility audit of an e-book."""

    file: str
    edition: str
    format: str
    size: int
    sha256: str
    facts: dict[str, int] = {}
    variation: str | msgspec.UnsetType = msgspec.UNSET
    section: str | msgspec.UnsetType = msgspec.UNSET
    fit: Fitted | msgspec.UnsetType = msgspec.UNSET
    accessibility: Audit | msgspec.UnsetType = msgspec.UNSET


class Manifest(msgspec.Struct, frozen=True):
    """``outputs`` are the files that are editions; ``others`` are all further files, such as pages
    of a site, covers and records, with their SHA-256."""

    title: str
    identifier: str
    version: str
    date: str
    outputs: tuple[Output, ...]
    libraries: dict[str, str]
    others: dict[str, str] = {}


def describe(
    file: str,
    edition: Edition,
    data: bytes,
    facts: FileFacts,
    section: str = "",
    accessibility: Accessibility | None = None,
) -> Output:
    """The entry of a finished file, which may contain only a ``section`` of the publication, and
    may have claims about its ``accessibility``."""
    return Output(
        file,
        edition.name,
        edition.format,
        len(data),
        sha256(data),
        facts.counts,
        edition.variation[1:] or msgspec.UNSET,
        section or msgspec.UNSET,
        facts.fitted or msgspec.UNSET,
        _audit(accessibility) if accessibility else msgspec.UNSET,
    )


def _audit(accessibility: Accessibility) -> Audit:
    from pipeline.verify.audit import FOR_PEOPLE, criteria_met_by_nature

    return Audit(
        conforms_to=accessibility.conforms_to,
        features=accessibility.features,
        hazards=accessibility.hazards,
        rules=accessibility.audit,
        by_nature=criteria_met_by_nature(accessibility.audit),
        for_people=FOR_PEOPLE,
    )


def describe_bundle(file: str, edition: Edition, data: bytes, count: int) -> Output:
    """The entry of an archive with a number of files."""
    return Output(file, edition.name, "zip", len(data), sha256(data), {"files": count})


def still_true(path: Path, but: Collection[str]) -> tuple[tuple[Output, ...], dict[str, str]]:
    """The outputs and other files of an older manifest that are unchanged, except for some
    (``but``)."""
    try:
        manifest = decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return (), {}

    def is_unchanged(file: str, sha256: str) -> bool:
        return file not in but and checksum(path.parent / file) == sha256

    outputs = tuple(o for o in manifest.outputs if is_unchanged(o.file, o.sha256))
    others = {file: sum_ for file, sum_ in manifest.others.items() if is_unchanged(file, sum_)}
    return outputs, others


def with_facts(manifest: Manifest, facts: Mapping[str, dict[str, int]]) -> Manifest:
    """The manifest with further facts of outputs, by the SHA-256 of their content."""
    outputs = tuple(
        msgspec.structs.replace(output, facts={**output.facts, **facts.get(output.sha256, {})})
        for output in manifest.outputs
    )
    return msgspec.structs.replace(manifest, outputs=outputs)


def library_versions() -> dict[str, str]:
    """The versions of the outputs' dependencies, by name."""
    known = packages()
    versions = {name: known[n] for name in LIBRARIES if (n := name.replace("-", "_")) in known}
    return {"python": platform.python_version(), **versions}


def encode(manifest: Manifest) -> bytes:
    """The manifest as indented JSON, files sorted by name."""
    outputs = tuple(sorted(manifest.outputs, key=lambda output: output.file))
    others = dict(sorted(manifest.others.items()))
    sorted_manifest = msgspec.structs.replace(manifest, outputs=outputs, others=others)
    return msgspec.json.format(msgspec.json.encode(sorted_manifest), indent=2) + b"\n"


def decode(data: bytes) -> Manifest:
    """The manifest that `encode` wrote. Raises `msgspec.MsgspecError` for anything else."""
    return msgspec.json.decode(data, type=Manifest)


def compose(metadata: Metadata, outputs: Iterable[Output], others: Mapping[str, str]) -> Manifest:
    """The manifest of a publication."""
    return Manifest(
        title=metadata.title,
        identifier=metadata.identifier.uri if metadata.identifier else "",
        version=metadata.version,
        date=metadata.date,
        outputs=tuple(outputs),
        libraries=library_versions(),
        others=dict(others),
    )
