"""Processes with limits: those that end, those that are stopped, those that grow too large."""

from __future__ import annotations

import os
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from pipeline.commands.library.building import build_all
from pipeline.commands.library.document_task import Task
from pipeline.commands.processes import Pool
from pipeline.commands.processes.limited_pool import LimitedPool, Limits, TaskStoppedError
from tests.helpers.ending_child import crash, exhaust, open_files, wait


def test_what_ends_its_process_is_tried_three_times() -> None:
    limits = Limits(10**6, 10**9)
    task = Task("", "wells.md", "wells", "out", "out", ())
    with LimitedPool(1, limits) as pool:
        ((_, result),) = build_all([task], pool, limits, 1, do=crash)
        assert result.failed
        assert result.findings[0].message == "The process that built it ended 3 times (SIGSEGV)."
        assert result.seconds > 0
        assert pool.submit(len, b"and goes on").result() == 11


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="lists files as Linux does")
def test_a_pool_whose_process_was_killed_has_new_ones(tmp_path: Path) -> None:
    """They have nothing of what this process has opened meanwhile."""
    with Pool() as pool:
        with pytest.raises(BrokenExecutor):
            pool.submit(crash, b"").result()
        with (tmp_path / "opened").open("w") as opened:
            assert opened.name not in pool.submit(open_files).result()
        assert pool.submit(len, b"and goes on").result() == 11


def test_a_pool_that_is_stopped_waits_for_nothing(tmp_path: Path) -> None:
    pool = LimitedPool(1, Limits(10**6, 10**9))
    running = pool.submit(wait, str(tmp_path / "begun"))
    pool.submit(len, b"")
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    pool.shutdown(cancel_futures=True)
    assert isinstance(running.exception(), TaskStoppedError)


def test_a_process_that_ran_out_of_memory_does_nothing_more() -> None:
    with LimitedPool(1, Limits(seconds=3600, memory=10**9)) as pool:
        first = pool.submit(os.getpid).result()
        assert pool.submit(os.getpid).result() == first
        with pytest.raises(TaskStoppedError, match="too large"):
            pool.submit(exhaust, "").result()
        assert pool.submit(os.getpid).result() != first
