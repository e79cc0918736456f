"""Libraries on a cluster and at URLs: a real Dask scheduler, two workers of which one is killed,
and an S3 server."""

from __future__ import annotations

import contextlib
import logging
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner, Result

from pipeline.commands import main
from tests.commands.test_library import HOUSE, LIMITS, LOGO, building_here, document, run

pytestmark = pytest.mark.slow

PATIENCE = 10**6
"""Seconds that the program waits for a scheduler: none reaches them."""


class Processes:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[str]] = []
        self.address = ""

    def begin(self, workers: int) -> None:
        self.scheduler, said = self._begin("scheduler", "--port", "0", "--no-show")
        self.address = said(r"Scheduler at:\s+(tcp://\S+)")
        options = ("--no-nanny", "--nthreads", "1", "--local-directory", str(self._folder))
        begun = [self._begin("worker", self.address, *options) for _ in range(workers)]
        for _, said in begun:
            said(r"(Registered to)")
        self.workers = [process for process, _ in begun]

    def _begin(
        self, kind: str, *options: str
    ) -> tuple[subprocess.Popen[str], Callable[[str], str]]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--no-dashboard"]
        log = self._folder / f"{kind}-{len(self._all)}.log"
        with log.open("w") as file:
            process = subprocess.Popen(command, stdout=file, stderr=file, text=True)
        self._all.append(process)

        def said(pattern: str) -> str:
            while process.poll() is None:
                if found := re.search(pattern, log.read_text("utf-8")):
                    return found[1]
                time.sleep(0.1)
            raise AssertionError(log.read_text("utf-8"))

        return process, said

    def end(self) -> None:
        for process in self._all:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _killed_with(process: subprocess.Popen[str], file: Path) -> Iterator[None]:
    """A process is killed as soon as there is a file, which is there before this has ended."""
    is_over = threading.Event()

    def wait() -> None:
        while not file.exists() and not is_over.wait(0.02):
            pass
        process.kill()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
    assert file.exists()


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The URL of a bucket on a server of this machine."""
    from moto.server import ThreadedMotoServer  # takes long to load, for one worker of several

    with pytest.MonkeyPatch.context() as patch:
        server = ThreadedMotoServer(port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        fsspec.filesystem("s3").mkdir("school")
        yield "s3://school"
        server.stop()


@pytest.fixture(autouse=True)
def _here() -> Iterator[None]:
    with building_here():
        yield


def remote(given: str, *options: str) -> Result:
    arguments = [given, "--edition", "web", "--jobs", "1", *LIMITS, *options]
    return CliRunner().invoke(main, ["library", *arguments], catch_exceptions=False)


def test_a_bucket_or_folder_that_does_not_exist_is_reported(bucket: str, tmp_path: Path) -> None:
    given, out = document(tmp_path / "handouts" / "wells.md", "Wells").parent, tmp_path / "out"
    for result, told in (
        (remote("s3://none/handouts", "--out", str(out)), "s3://none/handouts: there is no bucket"),
        (remote(f"{bucket}/none", "--out", str(out)), f"{bucket}/none: there is no such folder"),
        (remote(f"{given.as_uri()}s", "--out", str(out)), "handoutss: there is no such folder"),
        (remote(str(given), "--out", "s3://none/x"), "s3://none/x: there is no bucket “none”"),
        (remote(str(given), "--out", str(out), "--store", "s3://none"), "there is no bucket"),
    ):
        assert result.exit_code == 3
        assert told in result.output
    assert fsspec.filesystem("s3", use_listings_cache=False).ls("") == [bucket[5:]]
    assert not out.exists()


def test_a_bucket_that_may_not_be_looked_into_is_used(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    given = document(tmp_path / "handouts" / "wells.md", "Wells").parent
    files = type(fsspec.filesystem("s3"))
    monkeypatch.setattr(files, "exists", lambda *_: False)  # as for one that is not there
    monkeypatch.setattr(files, "ls", refused)
    result = remote(str(given), "--out", str(tmp_path / "out"), "--store", f"{bucket}/kept-here")
    assert "1 built" in result.output
    monkeypatch.undo()
    assert fsspec.filesystem("s3", use_listings_cache=False).ls(f"{bucket}/kept-here")


def test_a_place_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    result = remote("nowhere://school", "--out", str(tmp_path / "out"))
    assert result.exit_code == 3
    assert "cannot use nowhere://school: Protocol not known: nowhere" in result.output


# --- a cluster ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster(bucket: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A scheduler and two workers, which know where the bucket is. The last test ends them."""
    assert bucket
    processes = Processes(tmp_path_factory.mktemp("cluster"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipeline.commands.library.building.PATIENCE", PATIENCE)
            processes.begin(workers=2)
            yield processes
    finally:
        processes.end()


def test_sources_and_outputs_may_be_at_urls_of_workers_without_a_disk_in_common(
    bucket: str, cluster: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPBOOK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "handouts"
    document(folder / "wells.md", "Wells", "{{ include parts/more.md }}")
    (folder / "parts").mkdir()
    (folder / "parts" / "more.md").write_text("![A well](well.svg)\n\n![Gone](gone.png)\n", "utf-8")
    (folder / "parts" / "well.svg").write_text(LOGO, "utf-8")
    document(folder / "water" / "rivers.md", "Rivers")
    shared = "title: Hill School\npublisher: The Hill\nbrand: {logo: logo.svg, alt: The hill}\n"
    (folder / "library.yaml").write_text(shared, "utf-8")
    (folder / "logo.svg").write_text(LOGO, "utf-8")
    files = fsspec.filesystem("s3", use_listings_cache=False)
    files.put(str(folder), f"{bucket}/handouts", recursive=True)
    given = f"{bucket}/handouts"
    options = ("--out", f"{bucket}/public", "--store", f"{bucket}/kept")
    result = remote(given, *options, "--scheduler", cluster.address)
    assert "2 documents: 2 built, 0 unchanged, 0 failed" in result.output, result.output
    assert "parts/more.md:3:1: warning[missing-image]: There is no file" in result.output
    assert "\n    ![Gone](gone.png)\n    ^" in result.output
    page = files.cat_file(f"{bucket}/public/wells/wells.html").decode()
    assert "The Hill" in page
    assert page.count("data:image/svg") >= 2
    assert files.exists(f"{bucket}/public/catalogue/index.html")
    assert files.exists(f"{bucket}/public/SHA256SUMS")
    assert files.ls(f"{bucket}/kept")

    files.pipe_file(f"{bucket}/handouts/parts/well.svg", LOGO.replace("9z", "8z").encode())
    assert "1 built, 1 unchanged" in remote(given, *options).output

    # the same below a folder, named as a URL
    local = remote(folder.as_uri(), "--out", (tmp_path / "out").as_uri())
    assert "2 built, 0 unchanged" in local.output
    made = (tmp_path / "out" / "water" / "rivers" / "rivers.html").read_bytes()
    assert made == files.cat_file(f"{bucket}/public/water/rivers/rivers.html")


def test_workers_build_what_can_be_built_though_one_is_killed(
    cluster: Processes, tmp_path: Path
) -> None:
    templates = tmp_path / "house"
    (templates / "html").mkdir(parents=True)
    (templates / "html" / "imprint.html.j2").write_text(HOUSE, encoding="utf-8")
    folder = tmp_path / "handouts"
    for number in range(3):
        document(folder / f"handout-{number}.md", f"Handout {number}")
    document(folder / "huge.md", "Huge")
    options = ("--templates", str(templates))
    with _killed_with(cluster.workers[0], tmp_path / "out" / "handout-0"):
        result = run(folder, *options, "--scheduler", cluster.address)
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert "4 documents: 3 built, 0 unchanged, 1 failed" in result.output, result.output
    assert "huge.md: error[not-built]: Building it needed more than 400.0 MB" in result.output


def test_a_scheduler_that_goes_away_is_reported_and_the_next_run_goes_on(
    cluster: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only unfinished documents are lost with it."""
    folder = tmp_path / "handouts"
    for number in range(10):
        document(folder / f"handout-{number:02}.md", f"Handout {number}")
    # results come after files: some time later the first have come, and the last have not
    with _killed_with(cluster.scheduler, tmp_path / "out" / "handout-03"):
        result = run(folder, "--scheduler", cluster.address)
    assert result.exit_code == 1
    assert "error[not-built]: The scheduler or all its workers have stopped: " in result.output
    assert not logging.getLogger("distributed.client").isEnabledFor(logging.ERROR)  # has its own
    found = re.search(r"10 documents: (\d+) built, .* (\d+) not begun", result.output)
    assert found, result.output
    built = int(found[1])
    assert f"10 documents: {10 - built} built, {built} unchanged, 0 failed" in run(folder).output

    document(folder / "new.md", "New")
    monkeypatch.setattr("pipeline.commands.library.building.PATIENCE", 2)
    lost = run(folder, "--scheduler", cluster.address)
    assert lost.exit_code == 3
    assert f"there is no scheduler at {cluster.address} that answers" in lost.output
