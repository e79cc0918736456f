"""Recent results, kept in the user's cache folder: good news for a day, bad news for minutes, since
somebody may be fixing it."""

from __future__ import annotations

import contextlib
import time
from typing import Literal, TypeAlias

import msgspec

from pipeline.system import outputs
from pipeline.system.store import cache_folder

GOOD_FOR = 24 * 60 * 60
BAD_FOR = 10 * 60
"""Seconds."""

FILE = "links.json"


class _Entry(msgspec.Struct, frozen=True):
    time: float
    answer: LinkAnswer


class LinkMemory:
    """Only an aid: if it cannot be read or written, everything is looked up again."""

    def __init__(self) -> None:
        folder = cache_folder()
        self._file = folder / FILE if folder else None
        self._entries: dict[str, _Entry] = {}
        if self._file:
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                found = msgspec.json.decode(self._file.read_bytes(), type=dict[str, _Entry])
                self._entries = {name: entry for name, entry in found.items() if _is_fresh(entry)}

    def get(self, address: str) -> LinkAnswer | None:
        entry = self._entries.get(address)
        return entry.answer if entry else None

    def add(self, address: str, answer: LinkAnswer) -> None:
        self._entries[address] = _Entry(time.time(), answer)

    def write(self) -> None:
        if self._file:
            with contextlib.suppress(OSError):
                outputs.write(self._file, msgspec.json.encode(self._entries))


def _is_fresh(entry: _Entry) -> bool:
    bad = entry.answer.outcome in ("gone", "unknown")
    age = time.time() - entry.time
    return 0 <= age < (BAD_FOR if bad else GOOD_FOR)


Outcome: TypeAlias = Literal["there", "moved", "gone", "unknown", "forbidden"]


class LinkAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """``moved``: the page exists, but permanently at the address ``to``. ``gone``: the server says
    that the page does not exist. ``unknown``: unclear. ``forbidden``: programs are excluded.
    ``reason`` ends a sentence that begins with the address."""

    outcome: Outcome
    reason: str = ""
    to: str = ""
