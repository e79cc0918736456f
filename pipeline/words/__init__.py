"""The words that Chapbook itself puts on a page, by language: one file a language."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent


@functools.lru_cache
def words(lang: str) -> Mapping[str, str]:
    """The words for a BCP 47 tag: those of its language over the English ones."""
    english = _read("en")
    language = lang.lower().split("-")[0]
    return english if language == "en" else {**english, **_read(language)}


def _read(language: str) -> Mapping[str, str]:
    file = FOLDER / f"{language}.toml"
    if not language.isalpha() or not file.is_file():
        return {}
    return {key: str(value) for key, value in tomllib.loads(file.read_text("utf-8")).items()}
