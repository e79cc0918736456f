"""The manifest: what was built, of what, with what."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

import msgspec

from pipeline.editions import Edition
from pipeline.metadata import Metadata
from pipeline.paper import Fitted

LIBRARIES = (
    "chapbook",
    "ebooklib",
    "fonttools",
    "jinja2",
    "markdown",
    "matplotlib",
    "msgspec",
    "pikepdf",
    "pillow",
    "pygments",
    "weasyprint",
    "font-source-sans-pro",
    "font-source-serif-pro",
    "fontpkg-source-code-pro",
)


class Output(msgspec.Struct, frozen=True):
    """A file that was built: ``size`` in bytes; ``facts`` are counts, pages say; of one that
    has but a part of the publication the ``section``, and of one that is to fill its pages what
    was chosen for that."""

    file: str
    edition: str
    format: str
    size: int
    sha256: str
    facts: dict[str, int] = {}
    section: str | msgspec.UnsetType = msgspec.UNSET
    fit: Fitted | msgspec.UnsetType = msgspec.UNSET


class Manifest(msgspec.Struct, frozen=True):
    title: str
    identifier: str
    version: str
    date: str
    outputs: tuple[Output, ...]
    libraries: dict[str, str]


def describe(
    file: str,
    edition: Edition,
    data: bytes,
    facts: dict[str, int],
    section: str = "",
    fitted: Fitted | None = None,
) -> Output:
    """The entry of a finished file, which may have but a ``section`` of the publication, and may
    be ``fitted`` to a number of pages."""
    digest = hashlib.sha256(data).hexdigest()
    part, fit = section or msgspec.UNSET, fitted or msgspec.UNSET
    return Output(file, edition.name, edition.format, len(data), digest, facts, part, fit)


def describe_bundle(file: str, edition: Edition, data: bytes, count: int) -> Output:
    """The entry of an archive of so many files."""
    digest = hashlib.sha256(data).hexdigest()
    return Output(file, edition.name, "zip", len(data), digest, {"files": count})


def with_facts(manifest: Manifest, facts: Mapping[str, dict[str, int]]) -> Manifest:
    """The manifest with further facts of outputs, by the SHA-256 of their content."""
    outputs = tuple(
        msgspec.structs.replace(output, facts={**output.facts, **facts.get(output.sha256, {})})
        for output in manifest.outputs
    )
    return msgspec.structs.replace(manifest, outputs=outputs)


@functools.lru_cache
def library_versions() -> dict[str, str]:
    """The versions of what the outputs depend on, by name."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def encode(manifest: Manifest) -> bytes:
    """The manifest as indented JSON, outputs sorted by name."""
    outputs = tuple(sorted(manifest.outputs, key=lambda output: output.file))
    sorted_manifest = msgspec.structs.replace(manifest, outputs=outputs)
    return msgspec.json.format(msgspec.json.encode(sorted_manifest), indent=2) + b"\n"


def decode(data: bytes) -> Manifest:
    """The manifest that `encode` wrote. Raises `msgspec.MsgspecError` for anything else."""
    return msgspec.json.decode(data, type=Manifest)


def of(metadata: Metadata, outputs: Iterable[Output]) -> Manifest:
    """The manifest of a publication."""
    return Manifest(
        title=metadata.title,
        identifier=metadata.identifier.uri if metadata.identifier else "",
        version=metadata.version,
        date=metadata.date,
        outputs=tuple(outputs),
        libraries=library_versions(),
    )
