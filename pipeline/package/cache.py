"""A cache of files that take long to make and depend on nothing but what they are made of.

It is an aid only: where it cannot be read or written, the file is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable

from pipeline import outputs
from pipeline.folders import cache_folder

_DIGEST_SIZE = hashlib.sha256().digest_size


def key(*parts: str | bytes) -> str:
    """A file name for what is made of ``parts``: the same for the same parts in order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def cached(name: str, make: Callable[[], bytes]) -> bytes:
    """What ``make()`` returned when it was last called for ``name``, or now."""
    folder = cache_folder()
    if folder is None:
        return make()
    file = folder / name
    # Each file begins with the digest of the rest, so that a damaged one is not used.
    with contextlib.suppress(OSError):
        found = file.read_bytes()
        digest, data = found[:_DIGEST_SIZE], found[_DIGEST_SIZE:]
        if hashlib.sha256(data).digest() == digest:
            return data
    data = make()
    with contextlib.suppress(OSError):
        outputs.write(file, hashlib.sha256(data).digest() + data)
    return data
