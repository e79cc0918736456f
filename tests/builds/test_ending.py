"""Endings at any moment of a build, by closing or by Ctrl-C, are in order: nothing is raised in a
thread or printed, and no process, thread or file is left. `make fuzz` ends others than `make test`,
and many more."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import pipeline
from pipeline import Result
from pipeline.commands.panes.session import Session
from pipeline.commands.processes.limited_pool import LimitedPool, Limits
from pipeline.commands.watcher import Watcher
from pipeline.driver import Event, Listener, Memory
from tests.helpers.paths import ROOT

IN_FUZZ = settings.get_current_profile_name() == "fuzz"
TIMES = 10 if IN_FUZZ else 1
MARK = "CHAPBOOK_TEST_ENDING"
FRONT = "title: Wells\nlang: en\npage_list: false\n"
TEXT = f"---\n{FRONT}---\n\n# One {{0}}\n\nNobody had counted *the wells*.\n"
EVENTS = 40
"""More than a build of two editions has."""

SECONDS = 10**6
"""A limit that nothing reaches."""

LIMITS = Limits(SECONDS, 10**12)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux lists them"),
]


def chance_of(seed: int) -> random.Random:
    """The same moments each time in `make test`."""
    return random.Random(None if IN_FUZZ else seed)


class Moment:
    """A moment of a build: an event whose number is chosen at random, or the end."""

    def __init__(self, chance: random.Random, most: int) -> None:
        self._left = chance.randrange(most)
        self.has_come = threading.Event()

    def listen(self, event: Event) -> None:
        if self._left == 0:
            self.has_come.set()
        self._left -= 1

    def end(self, outcome: Result | Exception) -> None:
        self.has_come.set()


def processes(mark: str) -> list[str]:
    """The processes that have a mark in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and f"{MARK}={mark}".encode() in (
                (folder / "environ").read_bytes().split(b"\0")
            ):
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:  # of another user, or gone
            continue
    return found


@pytest.fixture(autouse=True)
def nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    raised: list[Any] = []
    monkeypatch.setattr("threading.excepthook", raised.append)
    monkeypatch.setattr("sys.unraisablehook", raised.append)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    resource_tracker.ensure_running()  # it stays as long as this process
    monkeypatch.setenv(MARK, str(tmp_path))
    threads = set(threading.enumerate())
    yield
    assert raised == []
    assert set(threading.enumerate()) <= threads
    assert processes(str(tmp_path)) == []
    assert list(temporary.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def built(moment: Moment, memory: Memory) -> Callable[..., Result]:
    """A function that builds a source, and tells when the moment has come."""

    def build(source: Path, editions: tuple[str, ...], listener: Listener, **views: Any) -> Result:
        def listen(event: Event) -> None:
            moment.listen(event)
            listener(event)

        out = source.parent / "out"
        return pipeline.build(source, editions, out=out, listener=listen, memory=memory, **views)

    return build


@pytest.mark.hypothesis
def test_a_watch_is_ended_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.package.html.page_fonts", lambda *_: ({}, ()))  # less to make
    monkeypatch.setattr("gc.collect", lambda: 0)  # takes longer than a build
    chance, memory = chance_of(1), Memory()
    source = tmp_path / "a.md"
    outcomes: list[Result | Exception] = []

    def watched(moment: Moment) -> Watcher:
        def build(listener: Listener) -> Iterator[Result]:
            yield run(source, ("web",), listener)

        def notify(outcome: Result | Exception) -> None:
            outcomes.append(outcome)
            moment.end(outcome)

        run = built(moment, memory)
        return Watcher(source, build, notify)

    for number in range(24 * TIMES):
        source.write_text(TEXT.format(number), "utf-8")
        moment = Moment(chance, EVENTS)
        watcher = watched(moment)
        thread = threading.Thread(target=watcher.run)
        thread.start()
        assert moment.has_come.wait(SECONDS)
        watcher.stop()
        thread.join()
    assert all(isinstance(outcome, Result) and not outcome.failed for outcome in outcomes)
    assert 0 < len(outcomes) < 24 * TIMES  # some were ended before their end, and some after


@pytest.mark.hypothesis
def test_a_preview_is_closed_at_any_moment(tmp_path: Path) -> None:
    chance, memory = chance_of(2), Memory()
    source = tmp_path / "a.md"
    for number in range(4 * TIMES):
        source.write_text(TEXT.format(number), "utf-8")
        moment = Moment(chance, EVENTS)
        session = Session(source, built(moment, memory), ("web", "handout"), notify=moment.end)
        session.begin()
        assert moment.has_come.wait(SECONDS)
        session.close()
        assert not any("Chapbook failed" in finding.text for finding in session.state.findings)


def test_a_preview_that_never_began_is_closed(tmp_path: Path) -> None:
    session = Session(tmp_path / "a.md", lambda *_, **__: Result(()))
    session.close()


@pytest.mark.hypothesis
def test_a_library_is_ended_at_any_moment() -> None:
    chance = chance_of(3)
    for _ in range(4 * TIMES):
        last = chance.randrange(6)
        with contextlib.suppress(KeyboardInterrupt), LimitedPool(1, LIMITS) as pool:
            futures = [pool.submit(len, b"x" * number) for number in range(6)]
            for number, future in enumerate(futures):
                if number == last:
                    raise KeyboardInterrupt
                assert future.result() == number


INTERRUPTED = """
import os, signal, sys

class Count:
    def __init__(self, last):
        self.left = last

    def __call__(self, *_):
        self.left -= 1
        if self.left == 0:
            sys.settrace(None)
            os.killpg(0, signal.SIGINT)  # as a terminal does

count = Count(int(sys.argv.pop(1)))
from pipeline.__main__ import run
from pipeline import driver
sys.settrace(count)
run()
"""
CALLS = {"handout": 140_000, "web": 12_000}
"""A few more calls of functions than a command makes that builds an edition."""


@pytest.mark.hypothesis
@pytest.mark.parametrize("edition", CALLS)
def test_a_command_is_interrupted_at_any_moment(edition: str, tmp_path: Path) -> None:
    """Its moments are calls of functions; with a limit, it builds in another process."""
    chance = chance_of(4)
    (tmp_path / "a.md").write_text(TEXT.format(1), "utf-8")
    limit = ["--timeout", str(SECONDS)] if edition == "web" else []
    outcomes = set[tuple[int, str]]()
    for _ in range(TIMES):
        last = str(chance.randrange(1, CALLS[edition]))
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                INTERRUPTED,
                last,
                "build",
                "a.md",
                "--edition",
                edition,
                *limit,
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert processes(str(tmp_path)) == []
        outcomes.add((done.returncode, done.stderr))
    assert outcomes - {(0, "")} == {(130, "\nchapbook: stopped\n")}
