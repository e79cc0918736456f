"""Libraries on a cluster: a real scheduler of Dask, and two workers of which one is killed."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.test_library import HOUSE, document, run

pytestmark = pytest.mark.slow

PATIENCE = 120
"""Seconds to wait for processes on a machine that has much to do."""


class Processes:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[str]] = []
        self.address = ""

    def scheduler(self) -> None:
        process, said = self._begin("scheduler", "--port", "0", "--no-show")
        self.process = process
        self.address = said(r"Scheduler at:\s+(tcp://\S+)")

    def worker(self) -> subprocess.Popen[str]:
        options = ("--no-nanny", "--nthreads", "1", "--local-directory", str(self._folder))
        process, said = self._begin("worker", self.address, *options)
        said(r"(Registered to)")
        return process

    def _begin(
        self, kind: str, *options: str
    ) -> tuple[subprocess.Popen[str], Callable[[str], str]]:
        command = [sys.executable, "-m", "dask", kind, *options, "--no-dashboard"]
        log = self._folder / f"{kind}-{len(self._all)}.log"
        with log.open("w") as file:
            process = subprocess.Popen(command, stdout=file, stderr=file, text=True)
        self._all.append(process)

        def said(pattern: str) -> str:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until and process.poll() is None:
                if found := re.search(pattern, log.read_text("utf-8")):
                    return found[1]
                time.sleep(0.1)
            raise AssertionError(log.read_text("utf-8"))

        return process, said

    def end(self) -> None:
        for process in self._all:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(tmp_path)
    try:
        processes.scheduler()
        yield processes
    finally:
        processes.end()


def test_workers_build_what_can_be_built_though_one_is_killed(
    cluster: Processes, tmp_path: Path
) -> None:
    templates = tmp_path / "house"
    (templates / "html").mkdir(parents=True)
    (templates / "html" / "imprint.html.j2").write_text(HOUSE, encoding="utf-8")
    folder = tmp_path / "handouts"
    for number in range(6):
        document(folder / f"handout-{number}.md", f"Handout {number}")
    document(folder / "a.md", "Endless")
    document(folder / "b.md", "Huge")
    worker, _ = cluster.worker(), cluster.worker()
    options = ("--templates", str(templates), "--timeout", "10", "--memory", "700M")
    killer = _when(lambda: (tmp_path / "out" / "handout-0").exists(), worker.kill)
    result = run(folder, *options, "--scheduler", cluster.address)
    killer.join()
    assert worker.poll() is not None
    assert "8 documents: 6 built, 0 unchanged, 2 failed" in result.output, result.output
    assert "a.md: error[not-built]: Building it took more than 10 seconds" in result.output
    assert "b.md: error[not-built]: Building it needed more than 700.0 MB" in result.output

    # nothing is lost with the scheduler but what was not built: the next run goes on
    cluster.process.kill()
    lost = run(folder, *options, "--scheduler", cluster.address)
    assert lost.exit_code == 3
    assert f"there is no scheduler at {cluster.address} that answers" in lost.output
    (folder / "a.md").unlink()
    (folder / "b.md").unlink()
    assert "6 documents: 0 built, 6 unchanged, 0 failed" in run(folder, *options).output


def _when(is_so: Callable[[], bool], do: Callable[[], None]) -> threading.Thread:
    """Do something as soon as something is so."""

    def wait() -> None:
        until = time.monotonic() + PATIENCE
        while not is_so() and time.monotonic() < until:
            time.sleep(0.02)
        do()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread
