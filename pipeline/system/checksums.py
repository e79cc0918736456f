"""The list of a folder's files with their SHA-256, in the format of the command ``sha256sum``. It
verifies copies, and shows which files a later build may remove."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

LIST = "SHA256SUMS"

MANIFEST = "manifest.json"

SHA256 = 64
"""Letters of a SHA-256."""


def checksums(files: Mapping[str, bytes]) -> bytes:
    """The list of some files, by their paths from the folder."""
    sums = ((sha256(data), name) for name, data in sorted(files.items()))
    return "".join(f"{sum_}  {name}\n" for sum_, name in sums).encode()


def listed(folder: Path) -> dict[str, str]:
    """The files in a folder's list, with their SHA-256: those in the folder and its subfolders.
    None if there is no list."""
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    parts = (line.partition("  ") for line in lines)
    return {name: sum_ for sum_, _, name in parts if len(sum_) == SHA256 and _is_within(name)}


def manifested(file: Path) -> dict[str, str]:
    """All files in a manifest, with their SHA-256. Raises `ValueError` for an invalid manifest, and
    `OSError` if it cannot be read."""
    manifest = msgspec.json.decode(file.read_bytes(), type=_Manifest)
    sums = {output.file: output.sha256 for output in manifest.outputs} | manifest.others
    return {name: sum_ for name, sum_ in sums.items() if _is_within(name)}


class _Output(msgspec.Struct):
    file: str
    sha256: str


class _Manifest(msgspec.Struct):
    outputs: tuple[_Output, ...]
    others: dict[str, str] = {}


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def checksum(file: Path) -> str:
    """The SHA-256 of a file, "" if it cannot be read."""
    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError:
        return ""


def superseded(folder: Path, current: Iterable[Path]) -> tuple[Path, ...]:
    """The files in a folder's list that are unchanged and not to be ``current``."""
    staying = set(current)
    files = ((folder / name, sum_) for name, sum_ in listed(folder).items())
    return tuple(file for file, sum_ in files if file not in staying and checksum(file) == sum_)


def _is_within(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts
