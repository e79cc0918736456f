"""Each feature and each command can be taken out: the rest works, and what is missing is told."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

import pipeline
from pipeline import Diagnostic, commands, features, parse
from pipeline.commands import COMMANDS, FOLDERS
from pipeline.commands.writer import same, write
from pipeline.features import FEATURES
from pipeline.flow.values import has_errors
from pipeline.model.editions import EDITIONS as EDITION_ROWS
from tests.helpers import making

SOURCE = """\
---
title: All features
lang: en
speakers: {Ana: host, Ben: guest}
bibliography: works.bib
starts: 9:15
variables: {pump: lever}
qr_codes: true
fonts: [none.otf]
opening: drop-cap
front_numbers: roman
word: school.docx
fit: even
notes: margin
page: {columns: 2}
pdf: ua2
---

# Water

Rain[^1] [@moss2020] fills the *well*{.index}, and a [well]{.term} gives water: $a + b = 7$.

[^1]: In spring.

```chart
Region, Wells
North, 29
South, 31
```

```python
wells = 60
```

## Interview

Ana: How deep is it?

Ben: Very deep.

::: exercise Wells {marks=4}
1. A bucket hangs on a ____{sprocket}.

- ( ) dry
- (x) wet

::: answer
It hangs on a cogwheel.
:::
:::

## Glossary {.glossary}

Well
: A hole with water, and a {{ pump }}.

Press ++ctrl+w++.

```{solution}
Down there is a pulley.
```

<p>A rope.</p>

::: index
:::
"""
WORKS = "@book{moss2020, author = {Moss, Ada}, title = {Rain}, year = {2020}}\n"

SHOWN = {
    "charts": "North",
    "citations": "[@moss2020]",
    "formulas": "a + b = 7",
    "dialects": "Press ++ctrl+w++.",
    "glossary": "A hole with water",
    "index": "fills the",
    "word": "fills the",
}
"""Words that readers still get without a feature, in print and in a source that is written, too."""

WITHHELD = ("sprocket", "(x)", "cogwheel", "pulley", "✓")
"""Words that pupils do not get with any features."""


class _Without:
    """Finds no module in one folder, as if it had been removed."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if f"{name}.".startswith(f"{self._folder}."):
            raise ModuleNotFoundError(name)
        return None


def _remove(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{folder}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Without(folder), *sys.meta_path])


def _take_out(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        _remove(f"{features.__name__}.{name}", monkeypatch)
    monkeypatch.setattr(features, "FOLDERS", features.FOLDERS.difference(names))


def _told(findings: Iterable[Diagnostic]) -> set[str]:
    """The features that findings say are absent."""
    return {name for finding in findings for name in re.findall(r"lacks (\w+)", finding.message)}


OTHERS = tuple(name for name in FEATURES if name not in SHOWN)
TAKEN_OUT = [(name,) for name in SHOWN] + [OTHERS[n::4] for n in range(4)]
"""Features that readers miss alone, the others several at a time: no feature imports another."""

TOLD = {
    "charts", "citations", "columns", "fit", "formulas", "index", "margin_notes", "own_fonts",
    "word",
}  # fmt: skip
"""Features of which the text has signs."""


@pytest.mark.parametrize("names", TAKEN_OUT, ids=" ".join)
def test_each_feature_can_be_taken_out(
    names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_out(monkeypatch, *names)
    (tmp_path / "works.bib").write_text(WORKS, encoding="utf-8")
    source = tmp_path / "all.md"
    unpaged = SOURCE.replace("title:", "page_list: false\ntitle:")
    source.write_text(unpaged, encoding="utf-8")

    flow = making.Flow(source)
    with making.without_fonts():
        built = flow.built("web")

    assert built.package
    assert not has_errors(built.findings)
    absent = [finding for finding in built.findings if finding.code == "absent-feature"]
    assert sorted(_told(absent)) == sorted(TOLD.intersection(names))
    assert len(absent) == len(TOLD.intersection(names))
    page = built.package.data.decode()
    assert SHOWN.get(names[0], "In spring") in page
    assert not [word for word in WITHHELD if word in page]

    if names[0] not in SHOWN:
        return
    assert same(flow.document, parse(write(flow.document), folder=tmp_path))
    (printed,) = making.rendered(making.resolved(flow.document, "handout", tmp_path)).pages
    assert SHOWN[names[0]] in printed.markup


NEEDING = [
    *((("imposition",), edition, "") for edition in ("booklet", "tri-fold", "2-up", "4-up")),
    (("forms",), "form", ""),
    (("site",), "site", ""),
    (
        ("columns", "fit", "margin_notes"),
        "handout",
        "page: {columns: 2}\nfit: even\nnotes: margin",
    ),
]


@pytest.mark.parametrize(("names", "edition", "keys"), NEEDING)
def test_an_edition_that_needs_a_feature_says_so_without_it(
    names: tuple[str, ...], edition: str, keys: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_out(monkeypatch, *names)
    source = tmp_path / "well.md"
    text = f"---\ntitle: Well\nlang: en\n{keys}\n---\n\nWater.^[Cold.]\n"
    source.write_text(text, encoding="utf-8")

    result = pipeline.build(source, [edition], out=tmp_path / "build")

    assert {finding.code for finding in result.diagnostics} == {"absent-feature"}
    assert _told(result.diagnostics) == {*names}
    row = EDITION_ROWS[edition]
    is_error = [finding.is_error for finding in result.diagnostics]
    assert is_error == [True] * bool(row.platform) + [False] * len(names)
    files = (tmp_path / "build" / "well").rglob(f"*.{row.format}")
    assert len(list(files)) == (not row.platform)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_can_be_taken_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _remove(f"{commands.__name__}.{FOLDERS.get(name, name)}", monkeypatch)
    others = tuple(command for command in COMMANDS if command != name)
    monkeypatch.setattr(commands, "COMMANDS", others)

    for other in others:  # whose modules are loaded
        assert CliRunner().invoke(commands.main, [other, "--help"]).exit_code == 0
    result = CliRunner().invoke(commands.main, [name])
    assert result.exit_code == 2
    assert f"No such command '{name}'" in result.output


OPTIONS = [
    ("catalog", "--catalog", "web"),
    ("split", "--split=1", "handout"),
]


@pytest.mark.parametrize(("name", "option", "edition"), OPTIONS)
def test_an_option_of_a_feature_that_was_taken_out_has_no_effect(
    name: str, option: str, edition: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_out(monkeypatch, name)
    source = tmp_path / "well.md"
    source.write_text("---\ntitle: Well\nlang: en\n---\n\nWater.\n", encoding="utf-8")

    arguments = ["build", str(source), "--edition", edition, "--out", str(tmp_path / "build")]
    result = CliRunner().invoke(commands.main, [*arguments, option])

    assert result.exit_code == 0
    message = f"lacks {name}: `{option.partition('=')[0]}` has no effect."
    assert message in " ".join(result.output.split())
    assert (
        len(list((tmp_path / "build" / "well").rglob(f"well*.{EDITION_ROWS[edition].format}"))) == 1
    )


def test_gaps_of_formulas_are_those_of_questions_without_formulas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Platforms set TeX themselves."""
    _take_out(monkeypatch, "formulas")
    source = tmp_path / "sums.md"
    source.write_text(
        "# Sums\n\n::: exercise\n$$ 1 + ____{78} = ____{79} $$ and $2 + ____{80}$\n:::\n", "utf-8"
    )

    result = pipeline.build(source, ["moodle"], out=tmp_path / "build")

    (file,) = (path for path in result.files if path.suffix == ".xml")
    text = file.read_text("utf-8")
    assert r"\[1 + \underline{\qquad} = \underline{\qquad}\]" in text
    assert r"\(2 + \underline{\qquad}\)" in text
    assert re.findall(r"\{1:\D*=(\d+)", text) == ["78", "79", "80"]
