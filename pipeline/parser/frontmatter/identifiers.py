"""ISBN, UUID, DOI, ORCID and addresses: recognised, checked, and in their plain form."""

from __future__ import annotations

import re
import unicodedata
import uuid
from urllib.parse import urlsplit

from stdnum.iso7064 import mod_11_2

from pipeline.metadata import Identifier, Metadata
from pipeline.parser.characters import shorten

NAMESPACE = uuid.UUID("d205f4e5-3dbe-4c29-8c96-a5fe9914470a")
"""The namespace of derived identifiers. To change it would rename every publication."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>]+", re.ASCII)
_DOI_PREFIX = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)(?=10\.)", re.IGNORECASE)
_ISBN = re.compile(r"[\d][\d\s-]{7,20}[\dXx]", re.ASCII)
_PREFIX = re.compile(
    r"(?:urn:)?(isbn|uuid|doi|uri|url)(?:-1[03])?(?:\s*+:\s*+|\s++)", re.IGNORECASE
)
_URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{0,31}:[^\s\"<>]+", re.ASCII | re.IGNORECASE)
_NOT_IN_ADDRESS = re.compile(r"[\s\"<>\\^`{|}]")


class BadValueError(Exception):
    """A value that cannot be what it is given for. ``message`` is a sentence that follows
    a colon, so that it begins in lower case."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def parse(text: str, scheme: str = "") -> Identifier:
    """The identifier that ``text`` is, of the given scheme or of the one it shows.

    Raises `BadValueError` if it is none, or if a check digit is wrong.
    """
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
    match scheme or _guess(text):
        case "isbn":
            return Identifier("isbn", isbn(text))
        case "uuid":
            if not _UUID.fullmatch(text):
                raise BadValueError(
                    "this is not a UUID.", "A UUID has 32 digits from 0 to f: 8-4-4-4-12."
                )
            return Identifier("uuid", text.lower())
        case "doi":
            if not _DOI.fullmatch(text):
                raise BadValueError("this is not a DOI.", "A DOI looks like `10.1000/xyz123`.")
            return Identifier("doi", text)
        case "uri":
            if not (is_address(text) or _URN.fullmatch(text)):
                raise BadValueError(
                    "this is not an address.", "Write it with `https://` or `urn:`."
                )
            return Identifier("uri", text)
        case _:
            raise BadValueError(
                "this is no identifier that Chapbook knows.",
                "Write `isbn:978-…`, `urn:uuid:…`, `doi:10.…` or an address.",
            )


def _guess(text: str) -> str:
    if _UUID.fullmatch(text):
        return "uuid"
    if _DOI.fullmatch(text):
        return "doi"
    if _ISBN.fullmatch(text):
        return "isbn"
    return "uri" if is_address(text) or _URN.fullmatch(text) else ""


def isbn(text: str) -> str:
    """The 10 or 13 digits of an ISBN, without hyphens. Raises `BadValueError`."""
    digits = re.sub(r"[\s\-\u2010-\u2015]", "", text).upper()
    if re.fullmatch(r"\d{9}[\dX]", digits, re.ASCII):
        total = sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9]))
        check = "0123456789X"[-total % 11]
    elif re.fullmatch(r"97[89]\d{10}", digits, re.ASCII):
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12]))
        check = str(-total % 10)
    else:
        raise BadValueError(
            "this is not an ISBN.", "An ISBN has 13 digits and begins with 978 or 979, or has 10."
        )
    if digits[-1] != check:
        raise BadValueError("the ISBN's check digit does not fit.", _slip(check))
    return digits


def issn(text: str) -> str:
    """The eight digits of an ISSN with its hyphen. Raises `BadValueError`."""
    digits = re.sub(r"^issn[:\s]*|[\s\-\u2010-\u2015]", "", text, flags=re.IGNORECASE).upper()
    if not re.fullmatch(r"\d{7}[\dX]", digits, re.ASCII):
        raise BadValueError("this is not an ISSN.", "An ISSN looks like `2049-3630`.")
    total = sum(int(digit) * (8 - place) for place, digit in enumerate(digits[:7]))
    check = "0123456789X"[-total % 11]
    if digits[-1] != check:
        raise BadValueError("the ISSN's check digit does not fit.", _slip(check))
    return f"{digits[:4]}-{digits[4:]}"


def orcid(text: str) -> str:
    """The sixteen digits of an ORCID in groups of four. Raises `BadValueError`."""
    bare = re.sub(r"^(?:https?://)?(?:www\.)?orcid\.org/|^orcid:\s*", "", text, flags=re.IGNORECASE)
    digits = re.sub(r"[\s\-\u2010-\u2015]", "", bare).upper().rstrip("/")
    if not re.fullmatch(r"\d{15}[\dX]", digits, re.ASCII):
        raise BadValueError("this is not an ORCID.", "An ORCID looks like `0000-0002-1825-0097`.")
    check = mod_11_2.calc_check_digit(digits[:15])
    if digits[-1] != check:
        raise BadValueError("the ORCID's check digit does not fit.", _slip(check))
    return "-".join(digits[place : place + 4] for place in range(0, 16, 4))


def email(text: str) -> str:
    """An address for mail. Raises `BadValueError`."""
    bare = text.removeprefix("mailto:")
    if not re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+", bare):
        message = f"`{shorten(text)}` is not an address for mail."
        raise BadValueError(message, "Write it like `ann@example.org`.")
    return bare


def _slip(check: str) -> str:
    return f"With these digits the last one would be {check}: look for a slip in any of them."


def is_address(text: str) -> bool:
    """Whether ``text`` is an absolute address on the web."""
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
    """A UUID that follows from title, authors and language alone, so that the next version
    of a publication has the same one."""
    parts = [metadata.title, *(author.name for author in metadata.authors), metadata.lang.lower()]
    # One key for the same name typed on systems that compose accents differently.
    key = "\n".join(unicodedata.normalize("NFC", " ".join(part.split())) for part in parts)
    return Identifier("uuid", str(uuid.uuid5(NAMESPACE, key)))
