"""Tags of languages and dates: recognised, checked, and in their usual form."""

from __future__ import annotations

import re
from datetime import date

from pipeline.model.late import late
from pipeline.model.words import FOLDER, words
from pipeline.model.words.writing_conventions import tags_by_name, writing
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.standard_numbers import BadValueError

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
        meant = usual or _meant(tag)
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


def _meant(tag: str) -> str:
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
    """The numbers of months by their names in all languages that Chapbook knows."""
    lists = (words(path.stem)["months"] for path in FOLDER.glob("??.toml"))
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
