"""Imports go in one direction, each stage loads only what it needs, and one uses the network."""

from __future__ import annotations

import ast
import functools
import graphlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import pipeline
from pipeline.commands import COMMANDS, FOLDERS
from tests.helpers.paths import ROOT

PACKAGE = ROOT / "pipeline"

FOLDER, COMMAND_FOLDER = "feature_folders", "command_folders"

# From the bottom up: a module may import from layers below its own, and from within its own
# package. Those of one layer do not know each other.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"model"}),
    frozenset({"system"}),
    frozenset({"keep", "features"}),
    frozenset({"parser", "select", "resolve", "mark", "render", "package"}),
    frozenset({"verify"}),
    frozenset({"flow", "exercises", FOLDER}),
    frozenset({"driver"}),
    frozenset({"__init__"}),
    frozenset({"commands"}),
    frozenset({COMMAND_FOLDER}),
    frozenset({"__main__"}),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


COMMAND_NAMES = {FOLDERS.get(name, name) for name in COMMANDS}


NAMES = r"[\w.*]+(?: as \w+)?(?:, [\w.]+(?: as \w+)?)*"
IMPORT = re.compile(
    rf"^([ \t]*)(from [\w.]+ import (?:\([^)]*\)|{NAMES})|import {NAMES})(?=[ \t]*(?:#.*)?$)",
    re.MULTILINE,
)


LATER = re.compile(r"pipeline\.(?:exercises|features\.)")
"""Rooms that stages, from which they import, call in turn."""


@functools.cache
def statements(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """The imports in a file, in functions too. To parse all of it takes ten times as long."""
    return _parsed(line for _, line in IMPORT.findall(path.read_text("utf-8")))


def _parsed(lines: Iterable[str]) -> list[ast.Import | ast.ImportFrom]:
    nodes = ast.parse("\n".join(lines)).body
    return [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]


@functools.cache
def imports(path: Path) -> set[str]:
    """The modules of this package that a file imports. Those of exercises and of features that
    functions of the core import are left out; the table of features is of the core."""
    found: set[str] = set()
    lines = IMPORT.findall(path.read_text("utf-8"))
    is_core = not {PACKAGE / "exercises", PACKAGE / "features"}.intersection(path.parents)
    if is_core or path == PACKAGE / "features" / "__init__.py":
        lines = [(at, line) for at, line in lines if not (at and LATER.search(line))]
    for node in _parsed(line for _, line in lines):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                found.add(submodule if submodule in FILES else str(node.module))
    return {name for name in found if name in FILES}


def part(module: str) -> str:
    """The layer's member that a module belongs to."""
    names = module.split(".")
    if names[1:2] == ["features"] and len(names) > 2:
        return FOLDER
    if names[1:2] == ["commands"] and len(names) > 2 and names[2] in COMMAND_NAMES:
        return COMMAND_FOLDER
    return names[1] if len(names) > 1 else "__init__"


def test_every_part_has_a_layer() -> None:
    parts = {part(module) for module in FILES}
    assert parts <= LEVEL.keys(), "put the new module into LAYERS"
    assert LEVEL.keys() <= parts, "LAYERS names a module that is gone"


def test_imports_go_down() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, path in FILES.items()
        for imported in sorted(imports(path))
        if part(imported) != part(module) and LEVEL[part(imported)] >= LEVEL[part(module)]
    ]
    assert not wrong


def test_only_its_row_knows_a_feature_or_a_command() -> None:
    """The modules in such a folder are imported there and nowhere else."""
    for module, path in FILES.items():
        within = module.split(".")[:3]
        folders = [name for name in imports(path) if part(name) in (FOLDER, COMMAND_FOLDER)]
        assert all(name.split(".")[:3] == within for name in folders), module


def test_no_cycles() -> None:
    graph = {module: imports(path) - {module} for module, path in FILES.items()}
    graphlib.TopologicalSorter(graph).prepare()


ENGINE, FAST_ENGINE = "pipeline.package.pdf.engine", "pipeline.features.fast_engine"
OF_ENGINE = (f"{ENGINE}.adapter", FAST_ENGINE)
NETWORK = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "socket", "ssl", "urllib3"}


def test_nothing_else_uses_the_network() -> None:
    """`pipeline.commands.check.weblinks` alone does, and the command ``check`` alone uses it."""
    for name, path in FILES.items():
        if name.startswith(("pipeline.commands.check.weblinks", "pipeline.commands.panes.")):
            continue  # preview and desk answer a browser of this machine, and ask nobody
        found: set[str] = set()
        for node in statements(path):
            of = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            found |= {of[:-1], *(f"{of}{alias.name}" for alias in node.names)}
        if name == f"{FAST_ENGINE}.loading":
            found.remove("urllib.request")  # whose part that connects is taken out for the import
        assert not found & {*NETWORK, "urllib.request"}, name
        uses = any(f"{one}.".startswith("pipeline.commands.check.weblinks.") for one in found)
        assert not uses or name == "pipeline.commands.check", name


def test_the_engine_alone_imports_weasyprint() -> None:
    for name, path in FILES.items():
        modules = {
            module.partition(".")[0]
            for node in statements(path)
            for module in (
                [str(node.module)]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
        }
        within = name.startswith(OF_ENGINE)
        assert within or not modules & {"weasyprint", "pydyf", "cssselect2"}, name


PUBLIC = {"pipeline", "pipeline.__main__", "pipeline.commands", "pipeline.model"}
"""The functions for other programs, the command, and the nodes of documents (docs/python.md)."""

KNOWING = {"chart_scenes", "citing", "conforming", "laid_out", "making"}
"""The helpers that know the stages, the layout and two processors, so that no test has to."""


def test_a_test_knows_few_internals() -> None:
    """It says what a user sees; what needs more of the package is two tests, or a helper's."""
    for path in (ROOT / "tests").rglob("*.py"):
        internals = imports(path) - PUBLIC
        is_knowing = path.parent.name == "helpers" and path.stem in KNOWING
        assert len(internals) < 6 or is_knowing, f"{path}: {sorted(internals)}"


CHARTS = ("pipeline.features.charts.drawing",)
HEAVY = ("weasyprint", "ebooklib", "pikepdf", "PIL", "fontTools", "multiprocessing", *CHARTS)

UNTOLD = "---\ntitle: A talk\nlang: en\npage_list: false\n---\n\nText.[^1]\n\n[^1]: Note.\n"
TYPESETTING = ("weasyprint", "pikepdf")

# what is built of a source without charts, and the modules in HEAVY that must not be loaded then
BUILDS = {
    "a dump": ("--dump=parsed", HEAVY),
    "a page": ("--edition=web", (*TYPESETTING, *CHARTS, "ebooklib", "PIL")),
    "a book, whose cover is in the cache": ("--edition=ebook", (*TYPESETTING, *CHARTS)),
}
PROBE = """
import json, sys
from pipeline.commands import main
for name, (option, unneeded) in json.loads(sys.argv[1]).items():
    try:
        main(["build", "talk.md", option])
    except SystemExit as stop:
        assert not stop.code, stop.code
    loaded = set(unneeded) & set(sys.modules)
    assert not loaded, f"{name} loads {loaded}"
"""


def test_a_build_loads_only_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other in a process, from that which needs least."""
    (tmp_path / "talk.md").write_text(UNTOLD, "utf-8")
    cache = str(tmp_path / "cache")
    monkeypatch.setenv("CHAPBOOK_CACHE", cache)
    pipeline.build(tmp_path / "talk.md", ["ebook"], out=tmp_path / "here")
    result = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(BUILDS)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "CHAPBOOK_CACHE": cache},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


LONGEST_MODULE = 1_200
"""The number of lines up to which a module is still read as one subject."""


def test_a_module_is_one_subject() -> None:
    """It is divided where a reader would, not where a count is full."""
    for path in PACKAGE.rglob("*.py"):
        lines = len(path.read_bytes().splitlines())
        assert lines <= LONGEST_MODULE, f"{path.relative_to(PACKAGE)} has {lines} lines: divide it"


def test_no_module_compiles_patterns_when_it_is_imported() -> None:
    """Most texts need few of them: ``late`` waits until one is used."""
    for path in PACKAGE.rglob("*.py"):
        match = re.search(r"^\w.*\bre\.compile\(", text := path.read_text("utf-8"), re.MULTILINE)
        assert not match, f"{path}:{text.count(chr(10), 0, match.start()) + 1}"


SHARED_NAMES = {"Code"}
"""The code of a finding, and the node, whose name is also its tag in JSON."""


def test_a_class_name_stands_once() -> None:
    """A search for a class by name finds a single one, except those private to their modules."""
    found: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for name in re.findall(r"^class ([^_]\w*)", path.read_text("utf-8"), re.MULTILINE):
            found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    twice = {name: paths for name, paths in found.items() if len(paths) > 1}
    assert twice.keys() <= SHARED_NAMES, f"give one another name, or begin it with _: {twice}"


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    begun = re.compile(r'^ *r?"""(?:What|How|Whether)(?: |"|$)', re.MULTILINE)
    for path in (path for name in ("pipeline", "tests") for path in (ROOT / name).rglob("*.py")):
        found = begun.search(text := path.read_text("utf-8"))
        assert not found, f"{path}:{text.count(chr(10), 0, found.start()) + 1}"


LIBRARIES = {"ElementTree", "HTML", "cffi", "click", "etree", "importlib", "jinja2", "msgspec"}
SUFFIXES = {"markdown", "md", "toml", "yaml"}


def test_comments_name_what_is_there() -> None:
    """A `module.name` in a comment is in such a module, or class."""
    places: dict[str, set[str]] = {}
    named: set[tuple[str, str]] = set()
    for module, path in FILES.items():
        text = path.read_text("utf-8")
        words = {*re.findall(r"\w+", text), *module.split(".")}
        for place in (*module.split("."), *re.findall(r"^class (\w+)", text, re.MULTILINE)):
            places.setdefault(place, set()).update(words)
        named |= {*re.findall(r"(?<!`)`(?:\w+\.)*(\w+)\.(\w+)(?:\(\))?`(?!`)", text)}
    wrong = {
        f"{place}.{name}"
        for place, name in named
        if name not in SUFFIXES and place not in LIBRARIES and name not in places.get(place, ())
    }
    assert not wrong
