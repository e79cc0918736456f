"""From addresses to results, with many servers at a time. Recent results are kept in the user's
cache folder: good news for a day, bad news for minutes, since somebody may be fixing it."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from typing import Literal, TypeAlias
from urllib.parse import urldefrag

import msgspec

from pipeline.commands.check.weblinks import requests
from pipeline.commands.check.weblinks.hosts import PAUSE, ForbiddenError, Hosts, host_of
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
                entries = msgspec.json.decode(self._file.read_bytes(), type=dict[str, _Entry])
                self._entries = {name: entry for name, entry in entries.items() if _is_fresh(entry)}

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


# --- looking up ---------------------------------------------------------------------------


MOST_HOSTS = 8
"""The number of servers that are contacted at the same time."""

MOST_REDIRECTS = 10
PERMANENT, REDIRECTS = frozenset({301, 308}), frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
PATIENCE = frozenset({429, 503})
"""The server is overloaded, so it gets no second request."""


def look_up(
    addresses: Iterable[str], *, pause: float = PAUSE, timeout: float = requests.TIMEOUT
) -> dict[str, LinkAnswer]:
    """The result for each address: a recent one, or a new one."""
    memory = LinkMemory()
    results: dict[str, LinkAnswer] = {}
    by_host: dict[str, list[str]] = defaultdict(list)
    distinct = dict.fromkeys(urldefrag(address).url for address in addresses)
    for address in distinct:
        known = memory.get(address)
        if known:
            results[address] = known
            continue
        try:
            by_host[host_of(requests.plain(address))].append(address)
        except ValueError:
            results[address] = LinkAnswer("unknown", "is not an address that can be checked")
    hosts = Hosts(pause, timeout)

    def ask_all(group: list[str]) -> list[tuple[str, LinkAnswer]]:
        return [(address, look_up_address(address, hosts)) for address in group]

    pool = ThreadPoolExecutor(MOST_HOSTS)
    try:
        for answers in pool.map(ask_all, by_host.values()):
            for address, answer in answers:
                results[address] = answer
                memory.add(address, answer)
    finally:
        pool.shutdown(cancel_futures=True)
        memory.write()
    return results


def look_up_address(address: str, hosts: Hosts) -> LinkAnswer:
    """Request the head of a page, and the page if that fails: many servers answer the former
    differently, or not at all."""
    answer, sure = _follow("HEAD", address, hosts)
    return answer if sure else _follow("GET", address, hosts)[0]


def _follow(method: requests.Method, address: str, hosts: Hosts) -> tuple[LinkAnswer, bool]:
    """The answer, and whether it is worth no second question."""
    hops: list[tuple[requests.Reply, str]] = []
    at = requests.plain(address)
    try:
        while True:
            reply = hosts.ask(method, at)
            hops.append((reply, at))
            if reply.status not in REDIRECTS or not reply.location:
                return _judge(hops)
            if len(hops) > MOST_REDIRECTS:
                return LinkAnswer("unknown", "redirects without end"), False
            at = reply.location
            if at != requests.plain(at):
                raise ValueError(at)
    except ForbiddenError:
        return LinkAnswer("forbidden"), True
    except ValueError:
        return LinkAnswer("unknown", f"redirects to {at}, which cannot be followed"), False
    except requests.NoReplyError as error:
        return LinkAnswer("unknown", error.reason), error.final


def _judge(hops: list[tuple[requests.Reply, str]]) -> tuple[LinkAnswer, bool]:
    status, _, _ = hops[-1][0]
    if 200 <= status < 300:
        moves = len(list(takewhile(lambda hop: hop[0].status in PERMANENT, hops)))
        return LinkAnswer("moved", to=hops[moves][1]) if moves else LinkAnswer("there"), True
    outcome = "gone" if status in GONE else "unknown"
    return LinkAnswer(outcome, f"answers {requests.phrase(status)}"), status in PATIENCE  # type: ignore[arg-type]
