"""Licences by their short names: full name and canonical address."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from pipeline.model.late import late
from pipeline.model.metadata import Licence
from pipeline.parser.frontmatter.standard_numbers import BadValueError, is_address

_COMMONS = "https://creativecommons.org"
_PARTS = {
    "by": "Attribution",
    "by-sa": "Attribution-ShareAlike",
    "by-nd": "Attribution-NoDerivatives",
    "by-nc": "Attribution-NonCommercial",
    "by-nc-sa": "Attribution-NonCommercial-ShareAlike",
    "by-nc-nd": "Attribution-NonCommercial-NoDerivatives",
}
_VERSIONS = {"4.0": "International", "3.0": "Unported", "2.5": "Generic", "2.0": "Generic"}

_OTHERS = {
    "cc0 1.0": ("CC0 1.0 Universal", f"{_COMMONS}/publicdomain/zero/1.0/"),
    "pdm 1.0": ("Public Domain Mark 1.0 Universal", f"{_COMMONS}/publicdomain/mark/1.0/"),
    "gfdl 1.3": ("GNU Free Documentation License, Version 1.3",
        "https://www.gnu.org/licenses/fdl-1.3.html"),
    "gpl 3.0": ("GNU General Public License, Version 3",
        "https://www.gnu.org/licenses/gpl-3.0.html"),
    "agpl 3.0": ("GNU Affero General Public License, Version 3",
        "https://www.gnu.org/licenses/agpl-3.0.html"),
    "apache 2.0": ("Apache License, Version 2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
    "mit": ("MIT License", "https://opensource.org/license/mit"),
}  # fmt: skip
_ALIASES = {"cc0": "cc0 1.0", "cc zero": "cc0 1.0", "cc zero 1.0": "cc0 1.0"}
_ALIASES |= {"cc pdm 1.0": "pdm 1.0", "public domain mark 1.0": "pdm 1.0"}

_SHORT = late(r"cc ?(by(?: (?:nc|nd|sa))*)(?: v?(\d\.\d))?(?: (?:international|unported))?")
_ADDRESS = late(
    r"https?://(?:www\.)?creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)(?:/(?:deed|legalcode).*)?/?"
)


def parse(text: str) -> Licence:
    """The licence that ``text`` names: a short name such as ``CC BY-SA 4.0`` (spaces,
    hyphens and case do not matter), an address, or any other name as it is.

    Raises `BadValueError` for a Creative Commons licence that does not exist.
    """
    if is_address(text):
        match = _ADDRESS.fullmatch(text.lower())
        return _commons(match[1].split("-"), match[2]) if match else Licence(text, text)
    words = re.sub(r"[\s_-]+", " ", text).strip().lower()
    bare = re.sub(r" (only|or later)$", "", words)
    key = _ALIASES.get(bare, bare)
    if key in _OTHERS:
        full, url = _OTHERS[key]
        return Licence(f"{full} or later" if words.endswith(" or later") else full, url)
    short = _SHORT.fullmatch(words)
    return _commons(short[1].split(), short[2] or "") if short else Licence(text)


def named(licence: Licence, vocabulary: Mapping[str, str]) -> Licence:
    """A licence of Creative Commons by its name in the words of a language."""
    match = _ADDRESS.fullmatch(licence.url)
    if not match or match[2] != "4.0" or licence != _commons(match[1].split("-"), match[2]):
        return licence
    terms = "".join(vocabulary[f"licence_{part}"] for part in match[1].split("-"))
    return replace(licence, name=vocabulary["licence_cc"].format(terms=terms))


def _commons(parts: list[str], version: str) -> Licence:
    name = next((name for name in _PARTS if sorted(name.split("-")) == sorted(parts)), "")
    if not name:
        written = f"CC {'-'.join(parts).upper()}"
        known = ", ".join(f"CC {name.upper()}" for name in _PARTS)
        raise BadValueError(f"there is no licence `{written}`.", f"There are {known}.")
    if version not in _VERSIONS:
        known = ", ".join(_VERSIONS)
        problem = f"{version} does not exist" if version else "needs its version"
        hint = f"Write `CC {name.upper()} 4.0`; the versions are {known}."
        raise BadValueError(f"CC {name.upper()} {problem}.", hint)
    words = _PARTS[name] if version == "4.0" else _PARTS[name].replace("NoDerivatives", "NoDerivs")
    return Licence(
        f"Creative Commons {words} {version} {_VERSIONS[version]}",
        f"{_COMMONS}/licenses/{name}/{version}/",
    )
