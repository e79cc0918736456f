"""From addresses to results, with many servers at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from urllib.parse import urldefrag

from pipeline.cli.weblinks.hosts import PAUSE, ForbiddenError, Hosts, host_of
from pipeline.cli.weblinks.memory import LinkAnswer, LinkMemory
from pipeline.cli.weblinks.requests import TIMEOUT, Method, NoReplyError, Reply, phrase, plain

MOST_HOSTS = 8
"""The number of servers that are contacted at the same time."""

MOST_REDIRECTS = 10
PERMANENT, REDIRECTS = frozenset({301, 308}), frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
PATIENCE = frozenset({429, 503})
"""The server is overloaded, so it gets no second request."""


def look_up(
    addresses: Iterable[str], *, pause: float = PAUSE, timeout: float = TIMEOUT
) -> dict[str, LinkAnswer]:
    """The result for each address: a recent one, or a new one."""
    memory = LinkMemory()
    found: dict[str, LinkAnswer] = {}
    by_host: dict[str, list[str]] = defaultdict(list)
    wanted = dict.fromkeys(urldefrag(address).url for address in addresses)
    for address in wanted:
        known = memory.get(address)
        if known:
            found[address] = known
            continue
        try:
            by_host[host_of(plain(address))].append(address)
        except ValueError:
            found[address] = LinkAnswer("unknown", "is not an address that can be checked")
    hosts = Hosts(pause, timeout)

    def ask_all(group: list[str]) -> list[tuple[str, LinkAnswer]]:
        return [(address, look_up_address(address, hosts)) for address in group]

    pool = ThreadPoolExecutor(MOST_HOSTS)
    try:
        for answers in pool.map(ask_all, by_host.values()):
            for address, answer in answers:
                found[address] = answer
                memory.add(address, answer)
    finally:
        pool.shutdown(cancel_futures=True)
        memory.write()
    return found


def look_up_address(address: str, hosts: Hosts) -> LinkAnswer:
    """Request the head of a page, and the page if that fails: many servers answer the former
    differently, or not at all."""
    answer, sure = _follow("HEAD", address, hosts)
    return answer if sure else _follow("GET", address, hosts)[0]


def _follow(method: Method, address: str, hosts: Hosts) -> tuple[LinkAnswer, bool]:
    """The answer, and whether it is worth no second question."""
    hops: list[tuple[Reply, str]] = []
    at = plain(address)
    try:
        while True:
            reply = hosts.ask(method, at)
            hops.append((reply, at))
            if reply.status not in REDIRECTS or not reply.location:
                return _judge(hops)
            if len(hops) > MOST_REDIRECTS:
                return LinkAnswer("unknown", "redirects without end"), False
            at = reply.location
            if at != plain(at):
                raise ValueError(at)
    except ForbiddenError:
        return LinkAnswer("forbidden"), True
    except ValueError:
        return LinkAnswer("unknown", f"redirects to {at}, which cannot be followed"), False
    except NoReplyError as error:
        return LinkAnswer("unknown", error.reason), error.final


def _judge(hops: list[tuple[Reply, str]]) -> tuple[LinkAnswer, bool]:
    status, _, _ = hops[-1][0]
    if 200 <= status < 300:
        moves = len(list(takewhile(lambda hop: hop[0].status in PERMANENT, hops)))
        return LinkAnswer("moved", to=hops[moves][1]) if moves else LinkAnswer("there"), True
    outcome = "gone" if status in GONE else "unknown"
    return LinkAnswer(outcome, f"answers {phrase(status)}"), status in PATIENCE  # type: ignore[arg-type]
