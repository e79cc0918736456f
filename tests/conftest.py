"""Shared fixtures and options of all tests."""

from __future__ import annotations

import compileall
import contextlib
import gc
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from tests.helpers.paths import ROOT, TESTS

CHECKERS = Path(
    os.environ.get("CHAPBOOK_CHECKERS")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chapbook-checkers"
)
"""Where `.ci/checkers` installs them."""

# The same examples every time; `make fuzz` uses others. The time for an example depends on other
# load.
settings.register_profile(
    "chapbook",
    derandomize=True,
    database=None,
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz",
    settings.get_profile("chapbook"),
    derandomize=False,
    database=DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "examples"),
    max_examples=400,
    print_blob=True,
)
settings.load_profile("chapbook")

# failed assertions are shown as in a test
pytest.register_assert_rewrite("tests.helpers.conforming")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="write what the golden tests get as what they expect; review it as a diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Creates a folder shared by all workers of a run, and nobody else. Keeps Hypothesis from using
    constants in the code, which would be those of the modules that happen to be loaded, so that
    examples would depend on the order of tests. Collects garbage seldom: much of it is cyclic, and
    comes at the end of each test."""
    gc.set_threshold(400_000, 5, 50)
    if settings.get_current_profile_name() != "fuzz":
        local = "hypothesis.internal.conjecture.providers.is_local_module_file"
        pytest.MonkeyPatch().setattr(local, lambda path: False)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="chapbook-tests-")
        os.environ["CHAPBOOK_TEST_RUN"] = folder.name
        os.environ["CHAPBOOK_CACHE"] = str(Path(folder.name) / "cache")
        # each of many processes would compile all
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        compileall.compile_dir(ROOT / "pipeline", quiet=2, workers=0)
        config.add_cleanup(folder.cleanup)


def pytest_collection_finish() -> None:
    """Leaves all that is loaded out of the collections of garbage that come."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Leaves all that is there out of the five collections that pytest makes at the end."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """As many workers as there are cores, and one more where browsers and readers are waited for:
    each has to load everything."""
    return (os.cpu_count() or 1) + CHECKERS.joinpath("installed").exists()


class Rotated(pytest.Package):
    """The files of tests, of which each worker loads others first: one that comes later to a file
    finds it compiled."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        found = list(super().collect())
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        first = len(found) * worker // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        return found[first:] + found[:first]


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return Rotated.from_parent(parent, path=path) if path == TESTS else None


LONGEST = (
    "wheel book word conformance units leaks library_cluster library preview make build"
    " review taking_out reference checkers check killed ending pdf epub_structure"
    " site_reading formatting flow web_reading check_editions large_print press weblinks"
    " writer engine patterns notes cases fuzz columns cover pathological fit archive form"
    " lost_text stress charts languages docs terminal bombs"
).split()
"""The files that take longest, or wait for other processes: the first ones first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the slowest files first, so that in parallel runs no long file is left for the end."""
    place = {f"test_{name}": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (place.get(item.path.stem, len(place)), item.path))


@pytest.fixture(scope="session", autouse=True)
def _one_process() -> Iterator[None]:
    """A command that is called builds in the process of the tests, which has all loaded, and
    leaves its collection of garbage as it is. Those that are started divide their work among
    processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "pipeline.commands.terminal.other_processes", lambda _: contextlib.nullcontext()
        )
        patch.setattr("pipeline.commands.collect_seldom", lambda: None)
        patch.setattr("pipeline.commands.watcher.gc", Mock())
        yield


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Return whether to write golden files instead of comparing with them."""
    return bool(request.config.getoption("--accept"))
