"""The documentation is true: its examples are run, and its pages are built.

Fences of the README and of the pages in docs/ say what they are:

- ``markdown`` is a source, which must have no findings; an ``html`` fence after it is what
  the web page holds (``--accept`` writes it anew);
- ``yaml`` is front matter, which must be valid, for the JSON Schema too;
- a fence with a file's name (``markdown talk.md``) is written to that file, which the page's
  examples may take in;
- ``console`` holds commands after ``$`` and all that they print (``--accept`` writes it
  anew): times and sizes may differ, and ``…`` alone on a line stands for any lines;
- ``pycon`` is a session of Python.
"""

from __future__ import annotations

import ast
import doctest
import functools
import importlib
import inspect
import itertools
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import jsonschema
import msgspec
import pytest
import yaml
from click.testing import CliRunner

import pipeline
from pipeline import commands
from pipeline.commands.check.check_report import TITLES
from pipeline.model import Document, Heading, Link
from pipeline.model.codes import BY_SLUG
from pipeline.model.keys import Field, fields
from pipeline.parser.frontmatter.keys import KEYS, schema_text
from pipeline.verify.rules import rules
from tests.helpers import making
from tests.helpers.documentation import DOCS, PAGES, Fence, fences, read, write_files
from tests.helpers.paths import ROOT
from tests.helpers.trees import nodes, plain_text

pages = pytest.mark.parametrize("name", PAGES)
SCHEMA = json.loads((DOCS / "frontmatter.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)


def read_page(name: str) -> str:
    return PAGES[name].read_text("utf-8")


def rewrite(path: Path, changes: dict[int, tuple[slice, str]]) -> None:
    """Write a page with the texts at some places changed, the last place first."""
    text = path.read_text("utf-8")
    for _, (place, new) in sorted(changes.items(), reverse=True):
        text = text[: place.start] + new + text[place.stop :]
    path.write_text(text, "utf-8")


# --- sources ---------------------------------------------------------------------------


@pages
def test_examples_have_no_findings_and_become_what_is_shown(
    name: str, tmp_path: Path, accept: bool
) -> None:
    changes: dict[int, tuple[slice, str]] = {}
    found = fences(read_page(name))
    write_files(read_page(name), tmp_path)
    for example, result in itertools.zip_longest(found, found[1:]):
        is_shown = result is not None and result.language == "html" and not result.file
        if example.language != "markdown" or (example.file and not is_shown):
            continue
        document = read(example.text, tmp_path)
        assert example.file or not document.diagnostics, f"{name}:{example.line}"
        if not is_shown:
            continue
        markup = making.markup(document)
        if accept:
            changes[result.line] = (result.place, markup)
        else:
            assert markup == result.text, f"{name}:{result.line}"
    if changes:
        rewrite(PAGES[name], changes)


# --- front matter ----------------------------------------------------------------------


class Loader(yaml.SafeLoader):
    """Reads values as JSON has them: a date is text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith("timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pages
def test_front_matter_is_valid(name: str) -> None:
    for fence in fences(read_page(name)):
        if fence.language != "yaml" or fence.file:
            continue
        title = "" if fence.text.startswith("title:") else "title: Example\n"
        document = pipeline.parse(f"---\n{title}{fence.text}---\n\nText.\n", name)
        assert not document.diagnostics, f"{name}:{fence.line}"
        VALIDATOR.validate(yaml.load(fence.text, Loader))


def test_every_key_is_described() -> None:
    keys = {key for key, value in SCHEMA["properties"].items() if "$ref" not in value}
    assert keys <= titles(DOCS / "frontmatter.md")


def key_row(name: str, one: Field) -> str:
    also = ", ".join(f"`{alias}`" for alias in one.aliases if "-" not in alias)
    return f"| {name} | {also} | {one.key.doc} |".replace("|  |", "| |")


def key_rows() -> Iterator[str]:
    for name, one in KEYS.items():
        yield key_row(f"[`{name}`](#{name})", one)
        for kind in (one.type, *get_args(one.type)):
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                yield from (key_row(f"{name}: `{part.name}`", part) for part in fields(kind))


def test_what_is_made_of_the_keys_is_current(accept: bool) -> None:
    """The table, which comes from the fields alone, and the schema, which is the same in each
    process, whose sets are in another order; the page says all of a key in its section."""
    path, schema = DOCS / "frontmatter.md", DOCS / "frontmatter.schema.json"
    before, table, after = re.split(
        r"(?<=\n)(\| Key \| Synonyms \|.*?)(?=\n\n)", path.read_text("utf-8"), flags=re.DOTALL
    )
    current = "\n".join(("| Key | Synonyms | Meaning |", "|---|---|---|", *key_rows()))
    if accept:
        path.write_text(before + current + after, "utf-8")
        schema.write_text(schema_text(), "utf-8")
    else:
        assert table == current, "run `make accept`"
        assert schema.read_text("utf-8") == schema_text(), "run `make accept`"


# --- commands and Python ---------------------------------------------------------------

VARYING = re.compile(
    r" *(?:\d+\.\d\d s|kept) +\d+(?:\.\d)? [kM]?B| *\d+\.\d\d s(?=$|  )", re.MULTILINE
)


def run(command: str, runner: CliRunner, before: int) -> tuple[str, int]:
    """The output of a command, and its exit code."""
    if command == "echo $?":
        return f"{before}\n", 0
    program, *arguments = shlex.split(command)
    assert program == "chapbook", command
    result = runner.invoke(commands.main, arguments, prog_name="chapbook")
    assert result.exception is None or isinstance(result.exception, SystemExit), command
    return result.output, result.exit_code


def session(fence: Fence, runner: CliRunner) -> str:
    """The text of a ``console`` fence, with the present output of its commands."""
    printed, code = [], 0
    for line in fence.text.splitlines():
        if line.startswith("$ "):
            output, code = run(line[2:], runner, code)
            printed.append(f"{line}\n{output}")
    return "".join(printed)


def agrees(shown: str, printed: str) -> bool:
    parts = [VARYING.sub("<varies>", part) for part in shown.split("…\n")]
    return bool(
        re.fullmatch(r"(?:.*\n)*?".join(map(re.escape, parts)), VARYING.sub("<varies>", printed))
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The steps of builds: several pages begin with the same document."""
    return tmp_path_factory.mktemp("kept")


@pages
@pytest.mark.xdist_group("documentation")
def test_sessions(
    name: str, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accept: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("build").mkdir()
    Path("build", ".cache").symlink_to(kept)
    monkeypatch.setenv("PATH", "")  # where checkers may be installed
    runner = CliRunner()
    names: dict[str, object] = {}
    changes: dict[int, tuple[slice, str]] = {}
    for fence in fences(read_page(name)):
        if fence.file:
            Path(fence.file).parent.mkdir(parents=True, exist_ok=True)
            Path(fence.file).write_text(fence.text, "utf-8")
        elif fence.language == "console":
            printed = session(fence, runner)
            if accept and not agrees(fence.text, printed):
                changes[fence.line] = (fence.place, printed)
            else:
                assert agrees(fence.text, printed), f"{name}:{fence.line}\n{printed}"
        elif fence.language == "pycon":
            test = doctest.DocTestParser().get_doctest(fence.text, names, name, name, fence.line)
            outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(
                test, clear_globs=False
            )
            assert not outcome.failed, f"{name}:{fence.line}"
            names = test.globs
    if changes:
        rewrite(PAGES[name], changes)


# --- links and lists -------------------------------------------------------------------


@functools.cache
def parsed(path: Path) -> Document:
    return pipeline.parse(path.read_text("utf-8"), path.name)


def headings(path: Path) -> list[Heading]:
    return [node for node in parsed(path).blocks if isinstance(node, Heading)]


def titles(path: Path) -> set[str]:
    """The text of a page's headings."""
    return {plain_text(heading.children) for heading in headings(path)}


@functools.cache
def anchors(path: Path) -> set[str]:
    """The anchors of a page, there and on GitHub."""
    return {
        heading.attributes.id
        or re.sub(r"[^\w\- ]", "", plain_text(heading.children).lower()).replace(" ", "-")
        for heading in headings(path)
    }


@pages
def test_links_lead_somewhere(name: str) -> None:
    path = PAGES[name]
    for node in nodes(parsed(path)):
        address = node.href if isinstance(node, Link) else getattr(node, "source", "")
        if not address or ":" in address:
            continue
        file, _, target = address.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{name}: {address}"
        assert not target or target in anchors(there), f"{name}: {address}"


def test_every_page_is_in_the_manual() -> None:
    included = re.findall(r"\{\{ include (\S+) \}\}", (DOCS / "manual.md").read_text("utf-8"))
    assert {*included} == {page.name for page in DOCS.glob("*.md")} - {"manual.md"}


PATH = re.compile(r"`((?:pipeline|templates|tests|tools|docs)/[\w./-]*)`")


@pages
def test_paths_are_there(name: str) -> None:
    """Paths of this project that are named in the docs exist."""
    for path in re.findall(
        r"`((?:pipeline|templates|tests|tools|docs)/[\w./-]*)`", read_page(name)
    ):
        assert (ROOT / path).exists(), f"{name}: {path}"


def findings_page() -> str:
    """The page that lists all findings, as the command explains them."""
    parts = [FINDINGS]
    for name, code in sorted(BY_SLUG.items()):
        severity = code.value.severity.capitalize()
        parts.append(f"## {name}\n\n{severity}. {code.value.explanation}\n")
    parts.append(LOOKED_FOR)
    for reads, rows in rules().items():
        parts.append(f"### {TITLES[reads]}\n\n| Finding | Message and hint |\n|---|---|")
        for code, message, hint in rows.values():
            said = re.sub(r"\{\w+[^{}]*\}", "…", f"{message} {hint}".replace("{{", "\0"))
            said = said.replace("\0", "{").replace("}}", "}").replace("|", "\\|").strip()
            parts.append(f"| {code.slug} | {said} |")
        parts.append("")
    return "\n".join(parts)


LOOKED_FOR = """\
## The rules

These are the rules that `chapbook check` applies to finished files, and those applied to an
e-book when it is built, grouped by what they read.
"""


FINDINGS = """\
# Findings

All problems that Chapbook can report in a source, a template or a finished file, with the
explanation that `chapbook explain CODE` prints. An *error* prevents anything from being written; a
*warning* does so only with `--strict`.
"""


def test_the_list_of_findings_is_current(accept: bool) -> None:
    path = DOCS / "diagnostics.md"
    if accept:
        path.write_text(findings_page(), "utf-8")
    assert path.read_text("utf-8") == findings_page(), "run `make accept`"


INTERFACE = """\
# The interface

All that `import pipeline` gives other programs, with its types; whatever else is in the package may
change from one version to the next. [From Python](python.md) has examples.
"""


def interface_page() -> str:
    """The page of the package's public names, with their source."""
    parts = [INTERFACE]
    for name in sorted(pipeline.__all__, key=str.lower):
        exported = getattr(pipeline, name)
        source = inspect.getsource(exported)
        if inspect.isclass(exported):
            (node,) = ast.parse(source).body
            assert isinstance(node, ast.ClassDef)
            lines = [f"class {name}:"]
            for child in node.body:
                if isinstance(child, ast.AnnAssign):
                    lines.append(f"    {ast.unparse(child)}")
                elif isinstance(child, ast.FunctionDef) and not child.name.startswith("_"):
                    gives = ast.unparse(child.returns) if child.returns else "None"
                    called = f"def {child.name}({ast.unparse(child.args)}) -> {gives}"
                    is_property = bool(child.decorator_list)
                    lines.append(f"    {child.name}: {gives}" if is_property else f"    {called}")
            shown = "\n".join(lines).replace("'", '"')
        else:
            shown = source.partition(':\n    """')[0]
        said = (inspect.getdoc(exported) or "").replace("``", "`")
        parts.append(f"## {name}\n\n```python\n{shown}\n```\n\n{said}\n")
    return "\n".join(parts)


def test_the_page_of_the_interface_is_current(accept: bool) -> None:
    path = DOCS / "api.md"
    if accept:
        path.write_text(interface_page(), "utf-8")
    assert path.read_text("utf-8") == interface_page(), "run `make accept`"


def test_what_the_package_exports_is_what_type_checkers_see() -> None:
    path = ROOT / "pipeline" / "__init__.py"
    seen = {
        alias.asname: getattr(importlib.import_module(str(node.module)), alias.name)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("pipeline.")
        for alias in node.names
    }
    assert seen == {name: getattr(pipeline, name) for name in pipeline.__all__}


# --- what people use to help -----------------------------------------------------------


def test_hosted_ci_types_the_two_commands_on_each_system() -> None:
    section = (ROOT / "README.md").read_text("utf-8").partition("## Two commands\n")[2]
    commands = [line.partition("#")[0].strip() for line in fences(section)[0].text.splitlines()]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == commands
    systems = {row["os"].partition("-")[0] for row in job["strategy"]["matrix"]["include"]}
    assert systems == {"ubuntu", "macos", "windows"}


def test_hooks_ask_what_make_lint_asks() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    hooks = [hook["entry"] for repository in config["repos"] for hook in repository["hooks"]]
    asked = [hook.removeprefix(".venv/bin/python").partition(" --force")[0] for hook in hooks]
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    lint = [line.rpartition(")")[2].removesuffix(" .") for line in recipe.splitlines()[1:]]
    assert [one for one in asked if "pytest" not in one] == lint
    for one in asked:
        for path in re.findall(r"tests/\S+", one):
            assert (ROOT / path).is_file()
