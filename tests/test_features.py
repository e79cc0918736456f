"""Each feature can be taken out: the rest builds, and what is missing is told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from pipeline import driver, features
from pipeline.features import FEATURES
from pipeline.model import FEATURE_NODES
from pipeline.model.codes import Code

SOURCE = """\
---
title: All features
lang: en
bibliography: works.bib
---

# Water

Rain [@moss2020] fills the *well*{.index}, and a [well]{.term} gives water: $a + b = 7$.

```chart
Region, Wells
North, 29
South, 31
```

```python
wells = 60
```

## Glossary {.glossary}

Well
: A hole with water.

::: index
:::
"""
WORKS = "@book{moss2020, author = {Moss, Ada}, title = {Rain}, year = {2020}}\n"

SHOWN = {
    "charts": "North",
    "citations": "Rain [@moss2020] fills",
    "code": "wells = 60",
    "formulas": "a + b = 7",
    "glossary": "A hole with water.",
    "index": "fills the",
}
"""Words that readers still get without a feature."""


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


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_each_can_be_taken_out(
    feature: features.Feature, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = f"{features.__name__}.{feature.name}"
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{folder}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Without(folder), *sys.meta_path])
    rows = tuple(row for row in FEATURES if row != feature)
    monkeypatch.setattr(features, "FEATURES", rows)
    (tmp_path / "works.bib").write_text(WORKS, encoding="utf-8")
    source = tmp_path / "all.md"
    source.write_text(SOURCE, encoding="utf-8")

    result = driver.build(source, ["web"], out=tmp_path / "build")

    assert not result.failed
    told = [one.message for one in result.diagnostics if one.code == Code.ABSENT_FEATURE.slug]
    assert len(told) == (feature.name in FEATURE_NODES)
    assert all(f"lacks {feature.name}" in message for message in told)
    page = (tmp_path / "build" / "all" / "all.html").read_text("utf-8")
    assert SHOWN[feature.name] in page
