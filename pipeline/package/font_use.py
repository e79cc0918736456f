"""The font faces that a publication uses, judged by its styles and markup.

The styles are searched for names of families, not applied: a face is left out only where nothing
can ask for it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.model.late import late
from pipeline.model.rendered import Face

CODE_TAGS = frozenset({"code", "pre", "kbd", "samp", "tt"})
ITALIC_TAGS = frozenset({"em", "i", "cite", "dfn", "var", "address"})
BOLD_TAGS = frozenset({"strong", "b", "th", "dt", "caption", "h1", "h2", "h3", "h4", "h5", "h6"})
# Set in bold by the styles that ship.
BOLD_CLASSES = frozenset({"asks", "speaker", "box-title", "label"})
VOID_TAGS = frozenset("area base br col embed hr img input link meta source wbr".split())

ITALICS = (
    ("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC),
    ("∂", "∂", 0x1D715), ("ϵ", "ϵ", 0x1D716), ("ϑ", "ϑ", 0x1D717), ("ϕ", "ϕ", 0x1D719),
    ("ϱ", "ϱ", 0x1D71A), ("ϖ", "ϖ", 0x1D71B), ("ı", "ı", 0x1D6A4), ("ȷ", "ȷ", 0x1D6A5),
)  # fmt: skip
"""The first and last of some letters, and the first of their mathematical italics."""

_TAG = late(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*+)((?:\"[^<\"]*+\"|'[^<']*+'|[^<>\"'])*+)>")
_CLASS = late(r"\bclass=\"([^\"]*)\"")
_RULE = late(r"(?<![^{}])([^{}]*+)\{([^{}]*+)\}")
_NAME = late(r"([.#:\[]?)([a-zA-Z][\w-]*)")


class _MarkupUse(NamedTuple):
    """The content of markup: names of elements and classes, and whether there is italic text, and
    italic text within bold or the reverse."""

    tags: frozenset[str]
    classes: frozenset[str]
    italic: bool
    bold_italic: bool


def used_faces(faces: Iterable[Face], css: str, markup: str) -> tuple[Face, ...]:
    """The faces that ``markup``, set by ``css``, can need, in the order of ``faces``.

    Families that the styles do not name are out; so are monospaced ones (named in a
    list that ends in ``monospace``) without code, italics without emphasis, and bold
    italics without emphasis within something bold. Where each rule that names a family
    also says its weight and style, the other weights and styles are out.
    """
    use = _markup_use(markup)
    code = bool(CODE_TAGS & use.tags)
    italic = use.italic or _styles_italic(css, use)
    return tuple(
        face
        for face in faces
        if face.family in css
        and (code or not _is_monospaced(face.family, css))
        and (not face.element or face.element in use.tags)
        and _can_ask_for(face, css)
        and (face.style == "normal" or (use.bold_italic if face.weight >= 600 else italic))
    )


def characters(face: Face, markup: str) -> frozenset[str]:
    """The characters of ``markup`` that a face may need. Letters in formulas are shown as
    mathematical letters, which the font has in addition to the ordinary ones."""
    if not face.element:
        return frozenset(markup)
    parts = re.findall(rf"<{face.element}\b[^>]*>(.*?)</{face.element}>", markup, re.DOTALL)
    result = set(html.unescape("".join(re.sub(r"<[^<>]*>", "", part) for part in parts)))
    result |= {"√"} if re.search(r"<m(?:sqrt|root)\b", markup) else set()
    italic = {"ℎ" if letter == "h" else chr(code) for letter, code in _italics(result)}
    return frozenset(result | italic)


def _italics(letters: Iterable[str]) -> Iterator[tuple[str, int]]:
    for letter in letters:
        for first, last, start in ITALICS:
            if first <= letter <= last:
                yield letter, start + ord(letter) - ord(first)


def font_face(face: Face, address: str) -> str:
    """The CSS rule that makes a face known. ``address`` may be a data address."""
    family = json.dumps(face.family, ensure_ascii=False)
    return (
        f"@font-face {{ font-family: {family}; font-weight: {face.weight};"
        f" font-style: {face.style}; src: url({address}) }}\n"
    )


def _can_ask_for(face: Face, css: str) -> bool:
    """Return whether a rule with the face's family is compatible with its weight and style."""
    return any(
        _declared(body, "font-weight") in {"", str(face.weight)}
        and _declared(body, "font-style") in {"", face.style}
        for _, body in _RULE.findall(css)
        if face.family in body
    )


def _declared(body: str, name: str) -> str:
    match = re.search(rf"(?<![\w-]){name}:\s*([\w-]+)", body)
    return match[1] if match else ""


def _is_monospaced(family: str, css: str) -> bool:
    return bool(re.search(re.escape(family) + r"[^;{}]*\bmonospace\b", css))


def _styles_italic(css: str, use: _MarkupUse) -> bool:
    """Return whether the styles set something in the markup in italics."""
    return any(
        _may_be_there(selector, use)
        for selectors, body in _RULE.findall(css)
        if _declared(body, "font-style") in {"italic", "oblique"}
        for selector in selectors.split(",")
    )


def _may_be_there(selector: str, use: _MarkupUse) -> bool:
    """Return whether all elements and classes of a selector occur in the markup."""
    known = {"": use.tags, ".": use.classes}
    return all(name in known[kind] for kind, name in _NAME.findall(selector) if kind in known)


def _markup_use(markup: str) -> _MarkupUse:
    tags: set[str] = set()
    classes: set[str] = set()
    italic = bold_italic = False
    bold_depth = italic_depth = 0
    opened: list[tuple[str, bool, bool]] = []
    for match in _TAG.finditer(markup):
        closing, tag, rest = match[1], match[2].lower(), match[3]
        if closing:
            while opened:
                name, was_bold, was_italic = opened.pop()
                bold_depth -= was_bold
                italic_depth -= was_italic
                if name == tag:
                    break
            continue
        attribute = _CLASS.search(rest)
        names = attribute[1].split() if attribute else []
        tags.add(tag)
        classes.update(names)
        if tag in VOID_TAGS or rest.endswith("/"):
            continue
        is_bold = tag in BOLD_TAGS or not BOLD_CLASSES.isdisjoint(names)
        is_italic = tag in ITALIC_TAGS
        bold_depth += is_bold
        italic_depth += is_italic
        italic = italic or is_italic
        bold_italic = bold_italic or (bold_depth > 0 and italic_depth > 0)
        opened.append((tag, is_bold, is_italic))
    return _MarkupUse(frozenset(tags), frozenset(classes), italic, bold_italic)
