"""Quantities of siunitx as TeX: ``\\qty{9.81}{\\metre\\per\\second}``."""

from __future__ import annotations

import re

from pipeline.model.late import late

PREFIXES = {
    "quecto": "q", "ronto": "r", "yocto": "y", "zepto": "z", "atto": "a", "femto": "f",
    "pico": "p", "nano": "n", "micro": "µ", "milli": "m", "centi": "c", "deci": "d", "deca": "da",
    "deka": "da", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P",
    "exa": "E", "zetta": "Z", "yotta": "Y", "ronna": "R", "quetta": "Q", "kibi": "Ki",
    "mebi": "Mi", "gibi": "Gi", "tebi": "Ti",
}  # fmt: skip
UNITS = {
    "metre": "m", "meter": "m", "gram": "g", "kilogram": "kg", "second": "s", "ampere": "A",
    "kelvin": "K", "mole": "mol", "candela": "cd", "hertz": "Hz", "newton": "N", "pascal": "Pa",
    "joule": "J", "watt": "W", "coulomb": "C", "volt": "V", "farad": "F", "ohm": "Ω",
    "siemens": "S", "weber": "Wb", "tesla": "T", "henry": "H", "lumen": "lm", "lux": "lx",
    "becquerel": "Bq", "gray": "Gy", "sievert": "Sv", "katal": "kat", "radian": "rad",
    "steradian": "sr", "degreeCelsius": "°C", "celsius": "°C", "litre": "L", "liter": "L",
    "minute": "min", "hour": "h", "day": "d", "hectare": "ha", "tonne": "t", "electronvolt": "eV",
    "dalton": "Da", "astronomicalunit": "au", "bel": "B", "decibel": "dB", "neper": "Np",
    "percent": "%", "degree": "°", "arcminute": "′", "arcsecond": "″", "bit": "bit",
    "byte": "B", "bar": "bar", "angstrom": "Å", "barn": "b", "knot": "kn", "mmHg": "mmHg",
    "nauticalmile": "M", "atomicmassunit": "u", "calorie": "cal", "rpm": "rpm",
}  # fmt: skip
SHORT = frozenset(
    "km cm mm nm pm fm dm m kg mg g s ms ns min h Hz kHz MHz GHz N kN J kJ MJ eV keV MeV"
    " W kW MW V mV kV A mA K Pa kPa MPa hPa L mL l ml mol mmol C F H T".split()
)
POWERS = {"squared": "2", "cubed": "3"}
POWERS_BEFORE = {"square": "2", "cubic": "3"}
TIGHT = frozenset("°′″")
COMMANDS = {
    "SI": "nu", "qty": "nu", "si": "u", "unit": "u", "num": "n", "ang": "a", "SIrange": "nnu",
    "qtyrange": "nnu", "numrange": "nn",
}  # fmt: skip
"""The types of each command's arguments: numbers, units, angles."""

_NUMBER = late(
    r"\s*+([+-]?(?:[.,\s]*+\d++)++[.,]?|[+-]?)\s*+(?:(\\pm|\+-|±|\()\s*+([\d.,]++)\)?)?"
    r"\s*+(?:[eEdD]\s*+([+-]?\d++))?\s*+"
)
_UNIT = late(
    r"\\(?P<command>[A-Za-z]+)|(?P<letters>[^\W\d_]+|[%°′″])|\^\s*(?:\{(?P<power>[^{}]*)\}"
    r"|(?P<digit>-?\d))|(?P<per>/)|(?P<gap>[.~\s*·]+|\\[,;: ]|\{\}|[{}])"
)


class UnknownUnitError(Exception):
    """A text is not a number or unit."""


def quantity(command: str, arguments: list[str]) -> str:
    """The TeX for a command of siunitx. Raises `UnknownUnitError`."""
    kinds = COMMANDS[command]
    if kinds == "a":
        return _angle(arguments[0])
    numbers = [number(text) for kind, text in zip(kinds, arguments, strict=True) if kind == "n"]
    numbers_text = r"\text{–}".join(numbers)
    if kinds[-1] != "u":
        return numbers_text
    of = unit(arguments[-1])
    tight = of.startswith(tuple(f"\\mathrm{{{sign}}}" for sign in TIGHT))
    return f"{numbers_text}{'' if tight or not numbers_text else chr(92) + ','}{of}"


def number(text: str) -> str:
    """A number, with its uncertainty and its power of ten."""
    factors = [_NUMBER.fullmatch(factor) for factor in re.split(r"x|\\times", text)]
    if not text.strip() or not all(factors):
        raise UnknownUnitError(text)
    return r"\times ".join(_factor(match) for match in factors if match)


def _factor(match: re.Match[str]) -> str:
    value, kind, doubt, power = match.groups()
    parts = ["".join(value.split()).replace(",", "{,}")]
    if doubt:
        parts.append(f"({doubt})" if kind == "(" else f"\\pm {doubt.replace(',', '{,}')}")
    if power:
        base = "10" if not value.strip("+- ") else "\\times 10"
        parts.append(f"{base}^{{{power.lstrip('+')}}}")
    return "".join(parts)


def _angle(text: str) -> str:
    signs = ("°", "′", "″")
    parts = text.split(";")
    if len(parts) > len(signs):
        raise UnknownUnitError(text)
    return "".join(
        f"{number(part)}\\mathrm{{{sign}}}"
        for part, sign in zip(parts, signs, strict=False)
        if part.strip()
    )


def unit(text: str) -> str:
    """A unit, in names or in letters, with negative powers for divisors."""
    out: list[list[str]] = []  # each unit and its power
    prefix, power, below, pos = "", "", False, 0
    while pos < len(text):
        match = _UNIT.match(text, pos)
        if not match:
            raise UnknownUnitError(text[pos:])
        pos = match.end()
        name = match["command"] or ""
        exponent = match["power"] or match["digit"] or POWERS.get(name, "")
        if name in ("tothe", "raiseto"):
            argument = re.match(r"\{([^{}]*)\}", text[pos:])
            if not argument:
                raise UnknownUnitError(name)
            pos += argument.end()
            if name == "raiseto":
                power = argument[1]
                continue
            exponent = argument[1]
        if exponent:
            if not out:
                raise UnknownUnitError(text)
            out[-1][1] = _power(exponent, out[-1][1].startswith("-"))
        elif name in PREFIXES:
            prefix = PREFIXES[name]
        elif name in POWERS_BEFORE:
            power = POWERS_BEFORE[name]
        elif name == "per" or match["per"]:
            below = True
        elif name in ("of", "highlight"):
            raise UnknownUnitError(name)
        elif name or match["letters"]:
            if name and name not in UNITS and name not in SHORT:
                raise UnknownUnitError(name)
            sign = prefix + (UNITS.get(name, name) if name else match["letters"])
            out.append([sign, _power(power or "1", below)])
            prefix, power = "", ""
            below = False
    return r"\,".join(
        f"\\mathrm{{{sign.replace('%', chr(92) + '%')}}}" + (f"^{{{to}}}" if to != "1" else "")
        for sign, to in out
    )


def _power(exponent: str, below: bool) -> str:
    exponent = exponent.strip()
    return f"-{exponent}" if below and not exponent.startswith("-") else exponent
