"""The Makefile runs what an edit affects, and nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands import main
from pipeline.model.editions import DEFAULT_EDITIONS, EDITIONS, output_name
from pipeline.system import paths, store
from tests.helpers.paths import ROOT

pytestmark = pytest.mark.slow

COPIED = ("Makefile", "pyproject.toml", "constraints.txt", ".tools", "templates")
CODE = ("model", "commands/editions")  # enough for it to change: the stages run here
FORMATS = ("html", "pdf", "epub")
SOURCE = """---
title: A talk
lang: en
date: 2024-05-06
page_list: false
---

# One

Text with a picture.

![A square](square.svg)
"""
SQUARE = """<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 40 40">
<rect width="40" height="40" fill="#345"/></svg>
"""
# replaces the environment's Python: records the calls, asks for a stage, and executes AFTERWARDS
PYTHON = r"""#!/bin/sh
printf '%s\n' "$(printf '%s\t' "$@")" >>calls
[ "$2" = pipeline ] || exit 0
answer=$(mktemp -d)
mkfifo "$answer/status"
printf '%s\0' "$@" >"$answer/arguments"
echo "$answer" >"$REQUESTS"
read -r status <"$answer/status"
cat "$answer/out"
cat "$answer/err" >&2
rm -r "$answer"
[ "$status" = 0 ] || exit "$status"
eval "$AFTERWARDS"
"""


@dataclass
class Run:
    """The result of make: ``calls`` are the arguments of Python."""

    status: int
    stdout: str
    stderr: str
    calls: list[str] = field(default_factory=list)

    @property
    def stages(self) -> list[str]:
        """The long stages that ran, sorted: ``parse``, ``render web``, ``package handout`` …"""
        ran = re.findall(
            r"^  (parse|render|package) +(\S*) +\d+\.\d\d s(?:  .*)?$", self.stdout, re.M
        )
        return sorted(" ".join(stage).strip() for stage in ran)


def stages(*editions: str) -> list[str]:
    """The stages needed to render and package editions."""
    return sorted(f"{stage} {name}" for stage in ("render", "package") for name in editions)


ALL_STAGES = sorted(["parse", *stages(*DEFAULT_EDITIONS)])


class Tree:
    """A copy of the project, with a small source of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "source" / "talk.md"
        self.image = root / "source" / "square.svg"
        self.built = root / "build" / "talk"

    def make(self, *arguments: str, source: str = "source/talk.md", **variables: str) -> Run:
        """The result of make, whose stages run in this process, which has all loaded."""
        calls, out, err = (self.root / name for name in ("calls", "out", "err"))
        calls.write_text("")
        inherited = {name: value for name, value in os.environ.items() if "MAKE" not in name}
        requests, asked = os.pipe()
        command = ["make", "VENV=venv", "PYTHON=venv/bin/python", f"SOURCE={source}", "V=1"]
        with out.open("w") as stdout, err.open("w") as stderr:
            process = subprocess.Popen(
                [*command, *arguments],
                cwd=self.root,
                env={**inherited, "REQUESTS": f"/dev/fd/{asked}", **variables},
                stdout=stdout,
                stderr=stderr,
                pass_fds=[asked],
            )
        os.close(asked)
        with os.fdopen(requests) as answers, contextlib.chdir(self.root):
            for answer in answers:
                run_stage(Path(answer.rstrip("\n")))
        status = process.wait()
        return Run(status, out.read_text(), err.read_text(), calls.read_text().splitlines())

    def output(self, format: str) -> Path:
        return self.built / f"talk.{format}"

    def outputs(self) -> dict[str, tuple[bytes, int]]:
        """Bytes and time of change of each output."""
        paths = [self.output(format) for format in FORMATS]
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def run_stage(answer: Path) -> None:
    """Runs the stage that a Makefile's Python asks for, and answers."""
    _, _, *arguments, _ = (answer / "arguments").read_text("utf-8").split("\0")  # -m pipeline
    store.installed_version.cache_clear()  # the code may have changed
    result = CliRunner().invoke(main, arguments, prog_name="chapbook")
    (answer / "out").write_text(result.stdout, "utf-8")
    (answer / "err").write_text(result.stderr, "utf-8")
    (answer / "status").write_text(f"{result.exit_code}\n", "utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """The project, once built."""
    root = tmp_path_factory.mktemp("make") / "project"
    root.mkdir()
    for name in (*COPIED, *(f"pipeline/{folder}" for folder in CODE)):
        original = ROOT / name
        if original.is_dir():
            shutil.copytree(original, root / name, ignore=shutil.ignore_patterns("*.pyc.*"))
        else:
            shutil.copy2(original, root / name)
    tree = Tree(root)
    tree.source.parent.mkdir()
    tree.source.write_text(SOURCE, encoding="utf-8")
    tree.image.write_text(SQUARE, encoding="utf-8")
    python = root / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    (root / "venv" / ".installed").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "CODE", root / "pipeline")
        patch.setattr(paths, "PACKAGED", root / "templates")
        run = tree.make()
        assert run.status == 0, run.stderr
        assert run.stages == ALL_STAGES
        yield tree


@pytest.fixture(scope="module")
def kept(built: Tree) -> tuple[Path, Files]:
    """A copy of the built project, and its files."""
    copy = shutil.copytree(built.root, built.root.with_name("kept"))
    return copy, files(copy)


@pytest.fixture
def tree(built: Tree, kept: tuple[Path, Files]) -> Iterator[Tree]:
    """The built project; after the test all is put back as it was, times too."""
    yield built
    (copy, then), now = kept, files(built.root)
    for name in now.keys() - then.keys():
        (built.root / name).unlink()
    for name in (name for name in then if then[name] != now.get(name)):
        (built.root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(copy / name, built.root / name)
    for folder, _, _ in os.walk(built.root, topdown=False):
        with contextlib.suppress(OSError):  # there is something in it
            Path(folder).rmdir()


Files = dict[str, tuple[int, int]]


def files(folder: Path) -> Files:
    """When each file was last changed, and how large it is, but for what Python has compiled."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = os.path.join(place, name)  # noqa: PTH118
            state = os.stat(path)  # noqa: PTH116
            found[os.path.relpath(path, folder)] = state.st_mtime_ns, state.st_size
    return found


def test_builds_all_outputs(built: Tree) -> None:
    assert not list(built.built.glob("**/.*"))
    assert not (built.built / "model.json").exists()
    for name in (
        "../.work/talk/model.json",
        "manifest.json",
        *(f"talk.{format}" for format in FORMATS),
    ):
        assert (built.built / name).stat().st_size > 0


def test_a_second_make_starts_no_python(tree: Tree) -> None:
    run = tree.make()
    assert (run.status, run.calls) == (0, [])
    assert run.stdout == "build/talk is up to date\n"


def test_a_file_from_the_future_does_not_make_it_begin_for_ever(tree: Tree) -> None:
    """As after a clock was wrong, or in a folder of another machine."""
    later = time.time() + 86_400
    for name in ("pipeline/model/editions.py", "pyproject.toml"):
        os.utime(tree.root / name, (later, later))
    assert tree.make().status == 0


def test_one_format_goals_side_by_side_and_all_in_one_process(tree: Tree) -> None:
    before = {name: data for name, (data, _) in tree.outputs().items()}
    tree.make("clean")
    assert tree.make("pdf").stages == sorted(["parse", *stages("handout")])
    assert [format for format in FORMATS if tree.output(format).exists()] == ["pdf"]
    assert tree.make("pdf").calls == []
    assert tree.make("-j2", "html", "pdf").status == 0
    assert tree.make("-j2", "html", "pdf").calls == []
    run = tree.make("-j2")
    assert (run.status, run.stages, run.stderr) == (0, stages("ebook"), "")
    assert len(run.calls) == 1
    assert {name: data for name, (data, _) in tree.outputs().items()} == before
    manifest = (tree.built / "manifest.json").read_text("utf-8")
    assert all(hashlib.sha256(data).hexdigest() in manifest for data in before.values())
    assert tree.make("-j2").calls == []


def test_touching_the_source_runs_no_stage(tree: Tree) -> None:
    before = tree.outputs()
    tree.source.touch()
    run = tree.make()
    assert (len(run.calls), run.stages) == (1, [])
    assert tree.outputs() == before
    assert tree.make().calls == []


def test_what_is_saved_while_a_stage_runs_is_not_missed(tree: Tree) -> None:
    append(tree.source, "\nMore.\n")
    tree.make("html", AFTERWARDS="echo Later. >>source/talk.md")
    assert tree.make("html").stages == sorted(["parse", *stages("web")])
    assert tree.make("html").calls == []


def test_an_edit_that_is_taken_back_runs_no_stage(tree: Tree) -> None:
    before = tree.outputs()
    append(tree.source, "\nMore.\n")
    assert tree.make("html").stages == sorted(["parse", *stages("web")])
    tree.source.write_text(SOURCE, encoding="utf-8")
    assert tree.make("html").stages == []
    assert {name: data for name, (data, _) in tree.outputs().items()} == {
        name: data for name, (data, _) in before.items()
    }


def test_a_format_s_template_rebuilds_that_format(tree: Tree) -> None:
    book = "epub/layout.html.j2"
    for template, edition in (("html/layout.html.j2", "web"), (book, "ebook")):
        before = tree.outputs()
        append(tree.root / "templates" / template, "\n<!-- changed -->")
        assert tree.make().stages == stages(edition)
        changed = {name for name, old in before.items() if tree.outputs()[name] != old}
        assert changed <= {f"talk.{EDITIONS[edition].format}"}
    assert tree.make().calls == []


def test_an_image_rebuilds_what_shows_it(tree: Tree) -> None:
    before = tree.outputs()
    tree.image.write_text(SQUARE.replace("#345", "#543"), encoding="utf-8")
    run = tree.make("html")
    assert run.stages == ["package web"]
    assert tree.output("html").read_bytes() != before["talk.html"][0]
    assert tree.make("html").calls == []


def test_a_file_that_is_taken_in_is_parsed_again(tree: Tree) -> None:
    part = tree.source.with_name("part & more.md")
    part.write_text("Taken in.\n", encoding="utf-8")
    append(tree.source, '\n{{ include "part & more.md" }}\n')
    assert tree.make("html").stages == sorted(["parse", *stages("web")])
    assert tree.make("html").calls == []
    part.touch()
    assert tree.make("html").stages == []
    assert tree.make("html").calls == []
    append(part, "\n{{ include further.md }}\n")
    further = tree.source.with_name("further.md")
    further.write_text("Taken in by that.\n", encoding="utf-8")
    assert tree.make("html").stages == sorted(["parse", *stages("web")])
    assert "Taken in by that." in tree.output("html").read_text("utf-8")
    append(further, "Changed.\n")
    assert tree.make("html").stages == sorted(["parse", *stages("web")])
    assert tree.make("html").calls == []


def test_files_that_are_gone_and_no_longer_taken_in(tree: Tree) -> None:
    part = tree.source.with_name("part.md")
    part.write_text("Taken in.\n", encoding="utf-8")
    append(tree.source, "\n{{ include part.md }}\n")
    assert tree.make("html").status == 0
    part.unlink()
    run = tree.make("html")
    assert (run.status, set(run.stages)) == (0, {"parse", *stages("web")})
    assert "source/talk.md:14:12: warning[missing-file]" in run.stderr
    part.write_text("Taken in again.\n", encoding="utf-8")
    assert tree.make("html").status == 0
    assert "Taken in again." in tree.output("html").read_text("utf-8")
    part.unlink()
    tree.image.unlink()
    tree.source.write_text(SOURCE.replace("![A square](square.svg)", "None."), encoding="utf-8")
    assert tree.make("html").status == 0
    assert tree.make("html").calls == []


def test_the_code_rebuilds_everything(tree: Tree) -> None:
    append(tree.root / "pipeline" / "model" / "nodes.py", "\n# changed\n")
    assert tree.make("html").stages == sorted(["parse", *stages("web")])
    assert tree.make("html").calls == []


def test_the_constraints_install_everything_again(tree: Tree) -> None:
    (tree.root / "constraints.txt").touch()
    run = tree.make()
    assert any("install" in call and "constraints.txt" in call for call in run.calls)
    assert "build" in run.calls[-1]
    assert tree.make().calls == []


def test_what_was_deleted_is_made_again(tree: Tree) -> None:
    deleted = [tree.built / name for name in ("talk.pdf", "manifest.json")]
    for path in deleted:
        path.unlink()
    run = tree.make()
    assert run.status == 0
    assert run.calls
    assert all(path.exists() for path in deleted)
    assert tree.make().calls == []


def test_warnings_are_errors_where_that_is_asked(tree: Tree) -> None:
    before = tree.outputs()
    tree.source.write_text(SOURCE + "\n[No file](nothing.md)\n", encoding="utf-8")
    run = tree.make("html", "STRICT=1")
    assert run.status == 2
    assert "error[unresolved-link]" in run.stderr
    assert tree.outputs() == before


def test_what_else_can_be_asked(tree: Tree) -> None:
    said = tree.make("-n", "pdf", "FIT=2", "COVER_SPREAD=1", "SPLIT=1").stdout
    assert "--fit 2 --split 1 --cover-spread" in " ".join(said.split())
    assert tree.make("html", "ASSETS=1").status == 0
    assert (tree.built / "talk-files" / "style.css").exists()
    assert tree.make("html", "ASSETS=1").calls == []


def test_an_error_leaves_the_outputs(tree: Tree) -> None:
    before = tree.outputs()
    tree.source.write_text(SOURCE.replace("title: A talk", "title: [unclosed"), encoding="utf-8")
    run = tree.make()
    assert run.status == 2
    assert run.stages == ["parse"]
    assert "source/talk.md:2" in run.stderr
    assert tree.outputs() == before


def test_a_file_that_was_looked_for_is_noticed_once_it_is_there(tree: Tree) -> None:
    tree.image.unlink()
    run = tree.make("html")
    assert run.status == 0
    assert "square.svg" in run.stderr
    assert "Traceback" not in run.stderr
    assert tree.make("html").calls == []
    settings = tree.source.with_name("library.yaml")
    settings.write_text("publisher: Well Press\n", encoding="utf-8")
    os.utime(settings, (0, 0))  # older than what was built, as a copy may be
    assert "package web" in tree.make("html").stages
    tree.image.write_text(SQUARE, encoding="utf-8")
    assert tree.make("html").stderr == ""
    assert tree.make("html").calls == []


def test_a_missing_source_is_a_diagnostic(tree: Tree) -> None:
    run = tree.make(source="source/none.md")
    assert run.status == 2
    assert "source/none.md: error[unreadable-file]" in run.stderr


def test_names(tree: Tree) -> None:
    source, out = "my talks/It's a (first) & second.md", "my build"
    path = tree.root / source
    path.parent.mkdir(exist_ok=True)
    path.write_text(SOURCE, encoding="utf-8")
    (path.parent / "square.svg").write_text(SQUARE, encoding="utf-8")
    run = tree.make("html", f"OUT={out}", source=source)
    assert run.status == 0, run.stderr
    assert (tree.root / out / path.stem / f"{path.stem}.html").exists()
    assert tree.make("html", f"OUT={out}", source=source).calls == []
    append(path.parent / "square.svg", "\n")
    assert "package web" in tree.make("html", f"OUT={out}", source=source).stages


@pytest.mark.parametrize("source", ["a:b.md", "a#b.md", "50%.md", "a=b.md", "what?.md"])
def test_names_that_make_cannot_handle(source: str, tree: Tree) -> None:
    run = tree.make(source=source)
    assert run.status == 2
    assert len(run.stderr.splitlines()) == 1
    assert "chapbook build" in run.stderr


def test_make_knows_all_editions_and_their_files(tree: Tree) -> None:
    built = tree.built.relative_to(tree.root)
    paths = [str(built / output_name("talk", edition)) for edition in EDITIONS.values()]
    for goals in (list(EDITIONS), paths):
        said = tree.make("-n", *goals).stdout
        assert re.findall(r" build .* --edition (\S+) ", said) == list(EDITIONS)


def test_a_file_of_a_level_and_version_can_be_asked_for(tree: Tree) -> None:
    head = "lang: en\nlevels: [core, support]\nversions: 2"
    tree.source.write_text(SOURCE.replace("lang: en", head), encoding="utf-8")
    assert tree.make("build/talk/talk-letter-support-B.pdf").status == 0
    ends = ("-B", "-support-B", "-support", "")
    varied = [f"talk-letter{end}.pdf" for end in ends]
    assert sorted(path.name for path in tree.built.glob("*letter*")) == varied
    assert tree.make(*(f"build/talk/{name}" for name in varied)).calls == []
    append(tree.source, "\n::: level support\nHelp.\n:::\n")
    run = tree.make("build/talk/talk-letter-support-B.pdf")
    assert run.stages == sorted(["parse", *stages("letter-support", "letter-support-B")])
    for name in ("talk-letter-nobody.pdf", "talk-letter-core-A.pdf"):
        run = tree.make(f"build/talk/{name}")
        assert run.status == 2
        assert f"There is no build/talk/{name}" in run.stderr


def test_the_editions_that_the_source_lists(tree: Tree) -> None:
    listing = SOURCE.replace("lang: en", "lang: en\neditions: [web, site]")
    tree.source.write_text(listing, encoding="utf-8")
    assert tree.make("editions").stages == sorted(["parse", *stages("web", "site")])
    assert (tree.built / "talk-site").is_dir()
    assert tree.make("editions").calls == []
    tree.source.write_text(listing.replace("site", "teacher-web"), encoding="utf-8")
    assert tree.make("editions").stages == sorted(["parse", *stages("teacher-web"), *stages("web")])
    assert tree.make("editions").calls == []
    assert tree.make().stages == []


def test_the_web_edition_is_what_the_source_says(tree: Tree) -> None:
    site = tree.built / "talk-site"
    text = SOURCE.replace("lang: en", "lang: en\nweb: chapters\neditions: [web]")
    text += "\n# Two\n\nMore.\n"
    tree.source.write_text(text, encoding="utf-8")
    assert tree.make("html").stages == sorted(["parse", *stages("site")])
    assert tree.make("html").calls == []
    assert (site / "two.html").exists()
    tree.source.write_text(text.replace("# Two", "# Three"), encoding="utf-8")
    assert tree.make("web").stages == sorted(["parse", *stages("site")])
    assert sorted(path.name for path in site.glob("t*.html")) == ["three.html"]
    tree.make("clean")
    assert not site.exists()


def test_an_edition_with_page_marks_waits_for_the_standard_one(tree: Tree) -> None:
    teacher = "build/talk/talk-teacher.pdf"
    assert tree.make(teacher).stages == ["package teacher", "render teacher"]
    assert tree.make("teacher").calls == []
    append(tree.source, "\nMore.\n")
    assert tree.make(teacher).stages == sorted(["parse", *stages("handout", "teacher")])


def test_clean_deletes_what_was_built_and_nothing_else(tree: Tree) -> None:
    mine = tree.built / "notes.txt"
    mine.touch()
    tree.make("site")  # it is a folder
    assert tree.make("clean").status == 0
    assert list(tree.built.iterdir()) == [mine]
    mine.unlink()
    tree.make("html")
    tree.make("clean")
    assert list((tree.root / "build").iterdir()) == []


def test_help_lists_every_goal(tree: Tree) -> None:
    run = tree.make("help")
    phony = re.search(r"^\.PHONY: (.*) FORCE$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    listed = re.findall(r"^  ([\w-]+) +\S", run.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(phony[1].split())
    assert run.calls == []


def test_python_that_is_too_old(tree: Tree) -> None:
    python = tree.root / "python"
    python.write_text(
        '#!/bin/sh\ncase "$*" in *version_info*) exit 1 ;; *platform*) echo 3.9.2 ;; esac\n'
    )
    python.chmod(0o755)
    run = tree.make("VENV=none", f"PYTHON={python}")
    assert run.status == 2
    message, _, failed = run.stderr.splitlines()
    assert "Python 3.9.2 is too old" in message
    assert "3.11" in message
    assert failed.startswith("make: ***")
    assert not (tree.root / "none").exists()


def test_the_newest_python_is_used(tmp_path: Path) -> None:
    (tmp_path / "date").write_text("#!/bin/sh\n")
    (tmp_path / "date").chmod(0o755)
    for name in ("python", "python3", "python3.12", "python3.13"):
        (tmp_path / name).write_text('#!/bin/sh\n[ "$1" = -c ] || { echo "${0##*/}"; exit 4; }\n')
        (tmp_path / name).chmod(0o755)
    command = [
        shutil.which("sh") or "sh",
        str(ROOT / ".tools" / "venv"),
        str(tmp_path / "none"),
        "",
    ]
    run = subprocess.run(
        command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (4, "python3.13\n")


PIP = """#!/bin/sh
case "$*" in
    *"pip install"*) cat "${0%/bin/python}/reports"; exec "${0%/bin/python}/end" ;;
    *platform*) echo 3.13.1 ;;
esac
"""


def test_installing_shows_its_steps_and_a_failure(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    reports = [f"Collecting package{n}>=1 (from chapbook)\n  Downloading it" for n in range(12)]
    last = f"Installing collected packages: {', '.join(f'package{n}' for n in range(12))}"
    (venv / "reports").write_text("\n".join([*reports, last, "Successfully installed"]) + "\n")
    for name, text in (("bin/python", PIP), ("end", "#!/bin/sh\n")):
        (venv / name).write_text(text)
        (venv / name).chmod(0o755)
    command = ["sh", ".tools/venv", str(venv), "", str(venv / "bin" / "python")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    steps = [re.sub(r"^install +\d+ s +", "", line) for line in run.stdout.splitlines()]
    assert (run.returncode, run.stderr) == (0, "")
    assert steps == [
        "packages",
        "10 packages, with package9",
        "unpacking 12 packages",
        f"{venv} is ready",
    ]
    (venv / "end").write_text("#!/bin/sh\necho 'ERROR: no such version' >&2\nexit 1\n")
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 3
    assert re.match(r"ERROR: no such version\nchapbook: pip could not install", run.stderr)
    assert "is ready" not in run.stdout


def test_the_report(tree: Tree) -> None:
    run = tree.make("report", "REPORT=--copies 30 --paper-price 0.01")
    assert run.status == 0, run.stderr
    assert len(run.calls) == 1
    assert "30 copies, double-sided: 30 sheets, EUR 0.30" in run.stdout
    assert (tree.built / "report.html").exists()
    assert tree.make("clean").status == 0
    assert not tree.built.exists()


def test_the_catalog(tree: Tree) -> None:
    run = tree.make("catalog")
    assert run.status == 0, run.stderr
    assert len(run.calls) == 1
    for name in ("talk-onix.xml", "talk-opds.json", "talk-cover.jpg"):
        assert (tree.built / name).exists()
    assert tree.make("clean").status == 0
    assert not tree.built.exists()


def test_templates_that_come_and_go(tree: Tree) -> None:
    style = tree.root / "my own" / "html" / "style.css"
    style.parent.mkdir(parents=True)
    run = ("html", "TEMPLATES=my own")
    tree.make(*run)
    before = tree.output("html").read_bytes()
    assert tree.make(*run).calls == []
    style.write_text("p { color: #123456 }")
    os.utime(style, (0, 0))  # as a copy may be that keeps its time
    assert tree.make(*run).stages == stages("web")
    assert b"#123456" in tree.output("html").read_bytes()
    assert tree.make(*run).calls == []
    style.unlink()
    assert len(tree.make(*run).calls) == 1
    assert tree.output("html").read_bytes() == before
    shutil.rmtree(tree.root / "my own")
    assert tree.make("html").stages == []
