"""Registered values: tags of languages, licences, standard numbers and subjects; and dates."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from pipeline.model.late import late
from pipeline.model.metadata import Identifier, Licence, Metadata, Subject
from pipeline.model.names import did_you_mean
from pipeline.model.words import UNDERSTOOD, languages, read_file, words
from pipeline.model.words.writing_conventions import tags_by_name, writing
from pipeline.parser.lines import shorten

# --- standard numbers ------------------------------------------------------------------------
# ISBN, UUID, DOI, ORCID and addresses: recognised, checked, and in their plain form.

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


def parse_number(text: str, scheme: str = "") -> Identifier:
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
    return _verify_digit(digits, check, "ISBN")


def issn(text: str) -> str:
    """The eight digits of an ISSN with its hyphen. Raises `BadValueError`."""
    from stdnum import issn as issns

    digits = _digits(re.sub(r"^issn[:\s]*", "", text, flags=re.IGNORECASE))
    if not re.fullmatch(r"\d{7}[\dX]", digits, re.ASCII):
        raise BadValueError("this is not an ISSN.", "An ISSN looks like `2049-3630`.")
    return issns.format(_verify_digit(digits, issns.calc_check_digit(digits[:7]), "ISSN"))


def orcid(text: str) -> str:
    """The sixteen digits of an ORCID in groups of four. Raises `BadValueError`."""
    from stdnum.iso7064 import mod_11_2

    bare = re.sub(r"^(?:https?://)?(?:www\.)?orcid\.org/|^orcid:\s*", "", text, flags=re.IGNORECASE)
    digits = _digits(bare).rstrip("/")
    if not re.fullmatch(r"\d{15}[\dX]", digits, re.ASCII):
        raise BadValueError("this is not an ORCID.", "An ORCID looks like `0000-0002-1825-0097`.")
    _verify_digit(digits, mod_11_2.calc_check_digit(digits[:15]), "ORCID")
    return "-".join(digits[place : place + 4] for place in range(0, 16, 4))


def _digits(text: str) -> str:
    return re.sub(r"[\s\-\u2010-\u2015]", "", text).upper()


def _verify_digit(digits: str, check: str, name: str) -> str:
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


# --- languages -------------------------------------------------------------------------------
# Tags of languages and dates: recognised, checked, and in their usual form.

_COUNTRIES = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO "
        "BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ "
        "DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP "
        "GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG "
        "KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML "
        "MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE "
        "PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL "
        "SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM "
        "US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "
    ).split()
)
"""The codes of ISO 3166-1. With the languages that Chapbook knows itself, they make the tags of
nearly all documents, for which the whole registry, slow to load, is not needed."""


def language(value: str) -> str:
    """A BCP 47 tag in its usual case: ``zh-Hant-TW``. Raises `BadValueError`."""
    usual, _, country = value.partition("-")
    is_known = usual.isalpha() and usual.islower() and writing(usual).name
    if is_known and (country in _COUNTRIES or value == usual):
        return value
    tag = value.replace("_", "-")
    head, _, rest = tag.partition("-")
    better = tags_by_name().get(head.lower())
    if better:
        tag = "-".join(filter(None, (better, rest)))
    usual = _usual(tag)
    if not usual or better or tag != value:
        meant = usual or _current_tag(tag)
        hint = f"Write `{meant}`." if meant else "Write it like en, en-GB or zh-Hant."
        raise BadValueError(f"`{shorten(value)}` is not a language tag.", hint)
    return usual


def _usual(tag: str) -> str:
    """A tag whose parts are all registered, in its usual case; else nothing."""
    from langcodes import Language
    from langcodes.tag_parser import LanguageTagError, parse_tag

    try:
        parts = parse_tag(tag)  # type: ignore[no-untyped-call]
        is_known = Language.get(tag, normalize=False).is_valid()
    except LanguageTagError:
        return ""
    return "-".join(part for _, part in parts) if is_known else ""


def _current_tag(tag: str) -> str:
    """The tag that replaced an old one, or a country's main language: ja for jp."""
    from langcodes import Language, standardize_tag
    from langcodes.tag_parser import LanguageTagError

    country, _, rest = tag.partition("-")
    try:
        if replacement := _usual(standardize_tag(tag)):
            return replacement
        there = Language.get(f"und-{country}", normalize=False)
    except LanguageTagError:
        return ""
    spoken = there.maximize().language if there.is_valid() and there.territory else ""
    return _usual("-".join(filter(None, (spoken, rest)))) if spoken else ""


def _as_people_write(value: str) -> str:
    """The date written with the name of its month, in any language, or in unambiguous numbers
    (``31.5.2026``); "" for others, such as ``3/5/2026``."""
    numbers = [int(word) for word in re.findall(r"\d{1,4}", value)]
    names = re.findall(r"[^\W\d_]{3,}", value.casefold())
    months = {n for word in names for name, n in _months() if name.startswith(word)}
    if len(months) == 1:
        numbers.insert(-1, months.pop())
    elif re.fullmatch(r"\d{4}年\d+月\d+日", value):
        numbers.reverse()
    elif not re.fullmatch(r"\d+\.\s?\d+\.\s?\d+|(1[3-9]|[23]\d)/\d+/\d+", value):
        return ""
    try:
        *days, month, year = numbers
        if year < 1000:
            return ""
        return date(year, month, *(days or (1,))).isoformat()[: 10 if days else 7]
    except (TypeError, ValueError):
        return ""


def _months() -> tuple[tuple[str, int], ...]:
    """The numbers of months by their names in the languages that authors may use: in others, the
    same name may be another month."""
    known = (language for language in sorted(languages()) if UNDERSTOOD in read_file(language))
    lists = (words(language)["months"] for language in known)
    return tuple(
        (name.casefold(), number)
        for names in lists
        for number, name in enumerate(names.split("|"), 1)
    )


_TIME = late(r"(?<=\d-\d\d)[ \t]*[T \t]\d{1,2}:\d\d.{0,30}$", re.DOTALL)
"""The time after a date, as Jekyll and Hugo write it."""


def calendar_date(value: str) -> str:
    """YYYY, YYYY-MM or YYYY-MM-DD, if it is a date that exists, without a time of the day. Raises
    `BadValueError`."""
    value = _TIME.sub("", value)
    hint = "Write it as YYYY, YYYY-MM or YYYY-MM-DD."
    match = re.fullmatch(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?", value, re.ASCII)
    if match is None:
        meant = _as_people_write(value[:60])
        hint = f"Write `{meant}`." if meant else hint
        raise BadValueError(f"`{shorten(value)}` is not a date.", hint)
    year, month, day = (int(match[group] or 1) for group in (1, 3, 4))
    try:
        date(year, month, day)
    except ValueError:
        raise BadValueError(f"`{value}` is a date that does not exist.", hint) from None
    parts = [
        match[1],
        *(f"{number:02}" for number, group in ((month, 3), (day, 4)) if match[group]),
    ]
    written = "-".join(parts)
    if written != value:
        raise BadValueError(f"`{value}` is not a date in the right form.", f"Write `{written}`.")
    return value


# --- licences --------------------------------------------------------------------------------
# Licences by their short names: full name and canonical address.

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
_LICENCE_ALIASES = {"cc0": "cc0 1.0", "cc zero": "cc0 1.0", "cc zero 1.0": "cc0 1.0"}
_LICENCE_ALIASES |= {"cc pdm 1.0": "pdm 1.0", "public domain mark 1.0": "pdm 1.0"}

_SHORT_LICENCE = late(r"cc ?(by(?: (?:nc|nd|sa))*)(?: v?(\d\.\d))?(?: (?:international|unported))?")
_ADDRESS = late(
    r"https?://(?:www\.)?creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)(?:/(?:deed|legalcode).*)?/?"
)


def parse_licence(text: str) -> Licence:
    """The licence that ``text`` names: a short name such as ``CC BY-SA 4.0`` (spaces,
    hyphens and case do not matter), an address, or any other name as it is.

    Raises `BadValueError` for a Creative Commons licence that does not exist.
    """
    if is_address(text):
        match = _ADDRESS.fullmatch(text.lower())
        return _commons(match[1].split("-"), match[2]) if match else Licence(text, text)
    words = re.sub(r"[\s_-]+", " ", text).strip().lower()
    bare = re.sub(r" (only|or later)$", "", words)
    key = _LICENCE_ALIASES.get(bare, bare)
    if key in _OTHERS:
        full, url = _OTHERS[key]
        return Licence(f"{full} or later" if words.endswith(" or later") else full, url)
    short = _SHORT_LICENCE.fullmatch(words)
    return _commons(short[1].split(), short[2] or "") if short else Licence(text)


def name_licence(licence: Licence, vocabulary: Mapping[str, str]) -> Licence:
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


# --- subjects --------------------------------------------------------------------------------
# Subjects by classifications of shops and libraries, and readers: groups and ages.


class Scheme(NamedTuple):
    """A classification as EPUB names it, the form of its codes, also in words, and an example."""

    name: str
    form: re.Pattern[str]
    words: str
    example: str


def _scheme(name: str, form: str, words: str, example: str) -> Scheme:
    return Scheme(name, re.compile(form, re.ASCII), words, example)


_SCHEMES = {
    scheme.name.lower(): scheme
    for scheme in (
        _scheme("BISAC", r"[A-Z]{3}\d{6}", "three letters and six digits", "EDU029030"),
        _scheme(
            "Thema",
            r"[A-Z][A-Z0-9]{0,8}|[1-6][A-Z]?[A-Z0-9-]{0,20}",
            "letters and digits, the first a letter, or a digit from 1 to 6 in qualifiers",
            "JNU",
        ),
        _scheme("DDC", r"\d{3}(\.\d{1,15})?", "three digits, and more after a point", "371.33"),
        _scheme("UDC", r"[\d.:+/()=\"'*\-A-Za-z]+", "digits and signs, without spaces", "37.02"),
        _scheme("LCSH", r"(sh|sj)\d{8,10}", "the number of a heading: sh and digits", "sh85123357"),
        _scheme("LCC", r"[A-Z]{1,3}[\d.A-Z ]*", "letters, then digits", "LB1025"),
        _scheme("FAST", r"(fst)?\d{1,8}", "digits", "1119900"),
        _scheme("MeSH", r"[CD]\d{6,9}", "D and digits", "D004493"),
        _scheme("AAT", r"\d{9}", "nine digits", "300055985"),
        _scheme("CLIL", r"\d{4}", "four digits", "3080"),
        _scheme("WGS", r"\d{3}", "three digits", "810"),
        _scheme("NDC", r"\d{1,3}(\.\d+)?", "digits, and more after a point", "375"),
        _scheme("EuroVoc", r"\d{1,6}", "digits", "4489"),
    )
}
_SCHEME_ALIASES = {
    "dewey": "ddc",
    "warengruppe": "wgs",
    "lc": "lcc",
    "eurovoc thesaurus": "eurovoc",
}

NAMES = [scheme.name for scheme in _SCHEMES.values()]

_SHORT_SUBJECT = late(r"([^\s:]++)[\s:]++(\S++)(?:\s++(.+))?", re.DOTALL)


def parse_subject(value: str) -> Subject:
    """A subject such as ``BISAC EDU029030 Teaching Methods``. Raises `BadValueError`."""
    match = _SHORT_SUBJECT.fullmatch(value)
    if match is None:
        raise BadValueError(
            f"`{shorten(value)}` has no code.",
            "Write the classification and the code: `BISAC EDU029030`. Words go into `keywords`.",
        )
    name = scheme(match[1])
    return Subject(name, code(name, match[2]), match[3] or "")


def scheme(value: str) -> str:
    """The name of a classification. Raises `BadValueError`."""
    name = value.lower()
    classification = _SCHEMES.get(_SCHEME_ALIASES.get(name, name))
    if classification is None:
        hint = did_you_mean(value, NAMES) or f"There are {', '.join(NAMES)}."
        raise BadValueError(f"`{shorten(value)}` is not a known classification.", hint)
    return classification.name


def code(scheme: str, value: str) -> str:
    """A code of a classification, in its form. Raises `BadValueError`."""
    code = value if scheme in ("LCSH", "UDC") else value.upper()
    known = _SCHEMES[scheme.lower()]
    if not known.form.fullmatch(code):
        raise BadValueError(
            f"`{shorten(value)}` is not a code of {scheme}.",
            f"It has {known.words}, such as {known.example}.",
        )
    return code


GROUPS = (
    "general", "children", "teenagers", "preschool", "primary school", "lower secondary school",
    "upper secondary school", "school", "university", "adult learners", "language learners",
    "professionals", "teachers",
)  # fmt: skip
_OTHER_WORDS = {
    "general public": "general", "adults": "general", "everybody": "general", "kids": "children",
    "teens": "teenagers", "young adults": "teenagers", "kindergarten": "preschool",
    "elementary school": "primary school", "primary": "primary school",
    "middle school": "lower secondary school", "high school": "upper secondary school",
    "secondary school": "school", "schools": "school", "pupils": "school", "students": "school",
    "college": "university", "higher education": "university", "adult education": "adult learners",
    "educators": "teachers", "teacher": "teachers",
}  # fmt: skip
WORDS = {group: group for group in GROUPS} | _OTHER_WORDS


def group(value: str) -> str:
    """A group of readers, by any word for it. Raises `BadValueError`."""
    code = WORDS.get(" ".join(re.split(r"[\s_-]+", value.lower())))
    if code is None:
        hint = did_you_mean(value, WORDS) or f"There are {', '.join(GROUPS)}."
        if any(map(str.isdigit, value)):
            hint = "Write `{grade: Grade 2}`, or `{ages: 7-8}`."
        raise BadValueError(f"`{shorten(value)}` is not a known group of readers.", hint)
    return code


def ages(value: str) -> tuple[int, int]:
    """The youngest and the oldest, 0 if unbounded. Raises `BadValueError`."""
    hint = "Write it like 10-14, or 16+."
    if two := re.fullmatch(r"\D*(\d{1,2})\D+(\d{1,2})\D*", value, re.ASCII):
        value = f"{two[1]}-{two[2]}"  # 5 to 7 years, in any language
    match = re.fullmatch(r"(\d{1,2})(?:\s*[-\u2010-\u2015]\s*(\d{1,2})?|\s*(\+))?", value, re.ASCII)
    if match is None:
        raise BadValueError(f"`{shorten(value)}` is not an age range.", hint)
    youngest = int(match[1])
    is_open = match[3] or (match[2] is None and not value.isdigit())
    oldest = 0 if is_open else int(match[2] or youngest)
    if oldest and oldest < youngest:
        raise BadValueError(f"`{shorten(value)}` ends before it starts.", hint)
    return youngest, oldest
