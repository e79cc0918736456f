"""WeasyPrint is touched in one place, which lists all that is not documented of it."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.package.font_files import font_files
from pipeline.package.pdf import engine
from pipeline.package.pdf.engine import weasyprint
from pipeline.package.pdf.engine.typesetter import Typesetter
from pipeline.package.pdf.form.fonts import LATIN_FACE
from pipeline.package.pdf.markup import parse

ROOT = Path(__file__).parent.parent
ENGINE = Path(engine.__file__).parent

DOCUMENTED = frozenset(
    {"CSS", "DEFAULT_OPTIONS", "Document", "HTML", "Page", "VERSION"}
    | {"css.counters.CounterStyle", "text.fonts.FontConfiguration"}
    | {"urls.URLFetcher", "urls.URLFetcherResponse"}
)
BASES = {
    base.__name__: base
    for base in (
        weasyprint.CSS,
        weasyprint.Document,
        weasyprint.HTML,
        weasyprint.Page,
        weasyprint.layout.LayoutContext,
        weasyprint.text.fonts.FontConfiguration,
        weasyprint.urls.URLFetcher,
        weasyprint.css.Style,
        weasyprint.css.StyleFor,
    )
}
ROW = re.compile(r"^- (`[^:]+`):", re.MULTILINE)


def listed() -> set[str]:
    assert engine.__doc__
    return {name for row in ROW.findall(engine.__doc__) for name in re.findall("`(.+?)`", row)}


def private_names() -> set[str]:
    """What WeasyPrint calls things that it means for itself."""
    assert weasyprint.__file__
    trees = (ast.parse(f.read_bytes()) for f in Path(weasyprint.__file__).parent.rglob("*.py"))
    found: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def dotted(node: ast.expr) -> str:
    return ast.unparse(node).removeprefix("weasyprint.")


def overridden(node: ast.ClassDef) -> Iterator[str]:
    """What a class has instead of what WeasyPrint's class has that it is derived from."""
    for base in (BASES[name] for name in map(dotted, node.bases) if name in BASES):
        text = inspect.getsource(base)
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and (
                inner.name in vars(base) or f"self.{inner.name} = " in text
            ):
                yield f"{base.__name__}.{inner.name}"


def touched(tree: ast.Module, private: set[str]) -> Iterator[str]:
    own: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith("weasyprint"):
                start = module.removeprefix("weasyprint").removeprefix(".")
                for alias in node.names:
                    yield ".".join(filter(None, (start, alias.name)))
            case ast.Import():
                for alias in node.names:
                    yield from [alias.name[11:]] if alias.name.startswith("weasyprint.") else []
            case ast.ClassDef():
                yield from overridden(node)
                if not any(name in BASES for name in map(dotted, node.bases)):
                    own |= {n for n in ast.walk(node) if ast.unparse(n).startswith("self._")}
            case ast.Assign(targets=[ast.Attribute() as target]):
                if target.attr == "__class__" or dotted(target) != ast.unparse(target):
                    yield "__class__" if target.attr == "__class__" else dotted(target)
            case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                if name in private and node not in own:
                    yield name


def test_what_is_touched_of_weasyprint_is_listed() -> None:
    private = private_names()
    found = {
        name
        for file in ENGINE.glob("*.py")
        for name in touched(ast.parse(file.read_bytes()), private)
    }
    overrides = {name.partition(".")[2] for name in found if name.partition(".")[0] in BASES}
    parts = {re.sub(r"^(text\.ffi|layout\.inline)\.(?!split).*", r"\1", name) for name in found}
    assert parts - DOCUMENTED - overrides - {"layout.inline"} == listed()


@pytest.mark.parametrize("name", ["weasyprint", "pydyf", "cssselect2"])
def test_nothing_else_imports_it(name: str) -> None:
    found = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "pipeline").rglob("*.py")
        if file.parent != ENGINE
        and re.search(rf"^\s*(import|from) {name}\b", file.read_text("utf-8"), re.MULTILINE)
    ]
    assert not found


def test_no_other_version_is_installed_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    major = int(weasyprint.VERSION.split(".")[0])
    assert f"weasyprint>={major},<{major + 1}" in project["dependencies"]


def test_weasyprint_is_as_it_was_before(tmp_path: Path) -> None:
    """Who uses it for something else, in the same process, finds no part of ours in it."""
    before = {
        (module, name): value
        for module in (weasyprint, weasyprint.document, weasyprint.images, weasyprint.layout.inline)
        for name, value in vars(module).items()
    }
    fonts = font_files((LATIN_FACE,))

    def work() -> bytes:
        root = parse("<html><body><p>A text.</p></body></html>")
        return Typesetter(fonts, tmp_path, ()).set(root, []).written()

    with ThreadPoolExecutor(3) as pool:
        made = [pool.submit(work) for _ in range(3)]
    assert len({one.result() for one in made}) == 1
    for (module, name), value in before.items():
        assert vars(module)[name] is value, name
        assert "pipeline" not in str(getattr(value, "__module__", "")), name
