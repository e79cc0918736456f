"""A build that is killed at any moment leaves its outputs whole, and the next build right.

`make test ARGS="-k killed" KILLS=500` kills that many."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline
from pipeline.package.pdf.engine import typesetter  # noqa: F401 (loaded before processes fork)
from pipeline.system import outputs
from tests.test_saving import contents

KILLS = int(os.environ.get("KILLS", "10"))
EDITIONS = ("web", "handout", "ebook")
SOURCE = """---
title: The {0} well
lang: en
---

It is the {0} well.[^a]

| Who | Hands |
|-----|------:|
| Ada |     2 |

## More of it

{1}

[^a]: It is {0}.
"""
VERSIONS = {
    "old": SOURCE.format("old", "Nobody had counted the wells before. " * 40),
    "new": SOURCE.format("new", "Everybody has counted the wells since. " * 60),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]


def forked(work: Callable[[], object]) -> int:
    """A new process that does some work and ends."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return process


def ended(process: int) -> int:
    """Wait for the end of a process; returns its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def build(source: Path, out: Path) -> None:
    assert not pipeline.build(source, EDITIONS, out=out).failed


def shown(out: Path) -> dict[str, bytes]:
    """All files that people see, without those of the cache."""
    return {name: data for name, data in contents(out).items() if not name.startswith(".cache/")}


def test_a_killed_build_leaves_one_set_or_the_other(tmp_path: Path) -> None:
    chance = random.Random(os.environ.get("SEED", "1"))
    source, out = tmp_path / "well.md", tmp_path / "out"
    cache, folder = out / ".cache", out / "well"
    whole = dict[str, dict[str, bytes]]()
    lengths = dict[bool, float]()
    for version, text in VERSIONS.items():
        for is_cold in (True, False):  # the longest of each, and what is built without a kill
            if is_cold:
                shutil.rmtree(cache, ignore_errors=True)
            source.write_text(text, "utf-8")
            begun = time.perf_counter()
            assert ended(forked(lambda: build(source, out))) == 0
            lengths[is_cold] = time.perf_counter() - begun
        whole[version] = shown(out)
    before, left = "new", Counter[str]()
    while left.total() < KILLS:
        version, is_cold = chance.choice(("old", "new")), chance.random() < 0.7
        if is_cold:
            shutil.rmtree(cache, ignore_errors=True)
        source.write_text(VERSIONS[version], "utf-8")
        process = forked(lambda: build(source, out))
        time.sleep(chance.uniform(0, lengths[is_cold]))
        os.kill(process, signal.SIGKILL)
        if ended(process) != -signal.SIGKILL:  # it was done: not counted
            before = version
            continue
        mixed = contents(folder).items() not in [
            {k.removeprefix("well/"): v for k, v in w.items() if k.startswith("well/")}.items()
            for w in whole.values()
        ]
        outputs.recover(folder)
        found = {f"well/{name}": data for name, data in contents(folder).items()}
        kept = [name for name in whole if found.items() <= whole[name].items()]
        assert kept
        assert len(found) == sum(name.startswith("well/") for name in whole["old"])
        assert kept[0] in (before, version)
        left[f"{kept[0] == version}, {'seen' if mixed else 'unseen'}"] += 1
        assert ended(forked(lambda: build(source, out))) == 0
        assert shown(out) == whole[version]
        before = version
    print(dict(left), lengths)
