"""ISBN, UUID, DOI, ORCID and addresses: recognised, checked, and in their plain form."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from pipeline.model.late import late
from pipeline.model.metadata import Identifier, Metadata
from pipeline.parser.characters import shorten

NAMESPACE = uuid.UUID("d205f4e5-3dbe-4c29-8c96-a5fe9914470a")
"""The namespace of derived identifiers. Changing it would rename every publication."""

_UUID = late(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_DOI = late(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>]+", re.ASCII)
_DOI_PREFIX = late(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)(?=10\.)", re.IGNORECASE)
_ISBN = late(r"[\d][\d\s-]{7,20}[\dXx]", re.ASCII)
_PREFIX = late(r"(?:urn:)?(isbn|uuid|doi|uri|url)(?:-1[03])?(?:\s*+:\s*+|\s++)", re.IGNORECASE)
_URN = late(r"urn:[a-z0-9][a-z0-9-]{0,31}:[^\s\"<>]+", re.ASCII | re.IGNORECASE)
_NOT_IN_ADDRESS = late(r"[\s\"<>\\^`{|}]")


class BadValueError(Exception):
    """An invalid value. ``message`` follows a colon, so that it begins in lower case."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def parse(text: str, scheme: str = "") -> Identifier:
    """The identifier in ``text``, with the given scheme or the recognised one. Raises
    `BadValueError` if it is invalid, or if a check digit is wrong."""
    prefix = _PREFIX.match(text)
    if prefix:
        named = prefix[1].lower().replace("url", "uri")
        if scheme and named != scheme:
            raise BadValueError(
                f"the scheme is `{scheme}`, but the value begins with `{prefix[0]}`."
            )
        scheme, text = named, text[prefix.end() :]
    doi = _DOI_PREFIX.match(text)
    if doi and scheme in ("", "doi"):
        scheme, text = "doi", text[doi.end() :]
    kind: Any = scheme or next((name for name, form in _FORMS.items() if form[0](text)), "")
    if kind == "isbn":
        return Identifier("isbn", isbn(text))
    if kind not in _FORMS:
        hint = "Write `isbn:978-…`, `urn:uuid:…`, `doi:10.…` or an address."
        raise BadValueError("this is not a known kind of identifier.", hint)
    is_one, message, hint = _FORMS[kind]
    if not is_one(text):
        raise BadValueError(message, hint)
    return Identifier(kind, text.lower() if kind == "uuid" else text)


_FORMS: dict[str, tuple[Callable[[str], object], str, str]] = {
    "uuid": (_UUID.fullmatch, "this is not a UUID.",
             "A UUID has 32 digits from 0 to f: 8-4-4-4-12."),
    "doi": (_DOI.fullmatch, "this is not a DOI.", "A DOI looks like `10.1000/xyz123`."),
    "isbn": (_ISBN.fullmatch, "", ""),
    "uri": (lambda text: is_address(text) or _URN.fullmatch(text), "this is not an address.",
            "Write it with `https://` or `urn:`."),
}  # fmt: skip
"""The form of each kind of identifier, in the order tried, and the message without it."""


def isbn(text: str) -> str:
    """The 10 or 13 digits of an ISBN, without hyphens. Raises `BadValueError`."""
    from stdnum import ean  # slow to load, like the others below
    from stdnum.isbn import to_isbn10

    digits = _digits(text)
    if re.fullmatch(r"\d{9}[\dX]", digits, re.ASCII):
        check = to_isbn10(f"978{digits[:9]}{ean.calc_check_digit(f'978{digits[:9]}')}")[-1]
    elif re.fullmatch(r"97[89]\d{10}", digits, re.ASCII):
        check = ean.calc_check_digit(digits[:12])
    else:
        raise BadValueError(
            "this is not an ISBN.", "An ISBN has 13 digits and begins with 978 or 979, or has 10."
        )
    return _checked(digits, check, "ISBN")


def issn(text: str) -> str:
    """The eight digits of an ISSN with its hyphen. Raises `BadValueError`."""
    from stdnum import issn as issns

    digits = _digits(re.sub(r"^issn[:\s]*", "", text, flags=re.IGNORECASE))
    if not re.fullmatch(r"\d{7}[\dX]", digits, re.ASCII):
        raise BadValueError("this is not an ISSN.", "An ISSN looks like `2049-3630`.")
    return issns.format(_checked(digits, issns.calc_check_digit(digits[:7]), "ISSN"))


def orcid(text: str) -> str:
    """The sixteen digits of an ORCID in groups of four. Raises `BadValueError`."""
    from stdnum.iso7064 import mod_11_2

    bare = re.sub(r"^(?:https?://)?(?:www\.)?orcid\.org/|^orcid:\s*", "", text, flags=re.IGNORECASE)
    digits = _digits(bare).rstrip("/")
    if not re.fullmatch(r"\d{15}[\dX]", digits, re.ASCII):
        raise BadValueError("this is not an ORCID.", "An ORCID looks like `0000-0002-1825-0097`.")
    _checked(digits, mod_11_2.calc_check_digit(digits[:15]), "ORCID")
    return "-".join(digits[place : place + 4] for place in range(0, 16, 4))


def _digits(text: str) -> str:
    return re.sub(r"[\s\-\u2010-\u2015]", "", text).upper()


def _checked(digits: str, check: str, name: str) -> str:
    if digits[-1] != check:
        hint = f"With these digits it would be {check}; check all digits for a typing error."
        raise BadValueError(f"the {name}'s check digit is wrong.", hint)
    return digits


def email(text: str) -> str:
    """An e-mail address. Raises `BadValueError`."""
    bare = text.removeprefix("mailto:")
    if not re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+", bare):
        message = f"`{shorten(text)}` is not an e-mail address."
        raise BadValueError(message, "Write it like `ann@example.org`.")
    return bare


def is_address(text: str) -> bool:
    """Return whether ``text`` is an absolute address on the web."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and not _NOT_IN_ADDRESS.search(text)


def address(text: str) -> str:
    """An absolute address on the web. Raises `BadValueError`."""
    if not is_address(text):
        raise BadValueError(f"`{shorten(text)}` is not an address.", "Write it with `https://`.")
    return text


def derive(metadata: Metadata) -> Identifier:
    """A UUID from title, authors and language, which later versions share."""
    parts = [metadata.title, *(author.name for author in metadata.authors), metadata.lang.lower()]
    # One key for the same name typed on systems that compose accents differently.
    key = "\n".join(unicodedata.normalize("NFC", " ".join(part.split())) for part in parts)
    return Identifier("uuid", str(uuid.uuid5(NAMESPACE, key)))
