"""A build with ``--sandbox`` reaches no network, and no files but its own."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

import pipeline
from pipeline.commands import main
from tests.helpers.paths import ROOT

TRIES = textwrap.dedent(
    """
    import json, os, socket, subprocess, sys
    from pathlib import Path
    from pipeline.commands.limits import ConfinementError, confine

    folder = Path(sys.argv[1])
    try:
        confine([folder / "source"], [folder / "out"])
    except ConfinementError as error:
        sys.exit(str(error))

    def datagram():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.sendto(b"a", ("192.0.2.1", 9))

    other = f"open({str(folder / 'other.txt')!r})"
    tries = {
        "read the source": (folder / "source" / "a.md").read_text,
        "write into the output": lambda: (folder / "out" / "b").write_text("b"),
        "import": lambda: __import__("pipeline.driver"),
        "run Python": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "read another file": (folder / "other.txt").read_text,
        "list another folder": lambda: os.listdir(folder),
        "write into the source": lambda: (folder / "source" / "b").write_text("b"),
        "delete": (folder / "source" / "a.md").unlink,
        "read the accounts": Path("/etc/passwd").read_text,
        "read by another process": lambda: subprocess.run(
            [sys.executable, "-c", other], check=True, stderr=subprocess.DEVNULL
        ),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), 5),
        "serve": lambda: socket.create_server(("127.0.0.1", 0)),
        "end its parent": lambda: os.kill(os.getppid(), 15),
    }
    done = {}
    for name, attempt in tries.items():
        try:
            attempt()
        except (OSError, subprocess.CalledProcessError):
            done[name] = False
        else:
            done[name] = True
    print(json.dumps(done))
    """
)
ALLOWED = ("read the source", "write into the output", "import", "run Python")


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
    )


def test_nothing_else_can_be_reached(tmp_path: Path) -> None:
    for name in ("source", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "a.md").write_text("Text.\n")
    (tmp_path / "other.txt").write_text("Private.\n")
    done = run("-c", TRIES, tmp_path, folder=ROOT)
    if done.returncode:
        pytest.skip(done.stderr)
    found = json.loads(done.stdout)
    # where only TCP can be forbidden, a server without clients may be begun
    assert {name for name, is_done in found.items() if is_done} - {"serve"} == {*ALLOWED}


def test_what_is_built_is_the_same(tmp_path: Path) -> None:
    source = tmp_path / "texts" / "well.md"
    source.parent.mkdir()
    source.write_text("---\ntitle: The well\npage_list: false\n---\n\nWater, $x^2$.\n", "utf-8")
    editions = ("web", "handout")
    files = pipeline.build(source, editions, out=tmp_path / "plain").files
    assert len(files) > 2
    command = ("-m", "pipeline", "build", str(source), "--sandbox", "--out", tmp_path / "out")
    limits = ("--timeout", "1000000", "--memory", "1G")
    for edition, *more in (("handout",), ("web", *limits)):
        done = run(*command, "--edition", edition, *more, folder=ROOT)
        if done.returncode == 3:
            pytest.skip(done.stderr)
        assert (done.returncode, done.stderr) == (0, "")
    for path in files:
        assert (tmp_path / "out" / "well" / path.name).read_bytes() == path.read_bytes()


def test_where_it_cannot_be_had_nothing_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "well.md").write_text("# The well\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    done = CliRunner().invoke(main, ["build", "well.md", "--sandbox"])
    assert done.exit_code == 3
    assert done.stderr == (
        "chapbook: --sandbox is not available: only Linux can confine a process to its files.\n"
    )
    assert not [*(tmp_path / "build").iterdir()]
