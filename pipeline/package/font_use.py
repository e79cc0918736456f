"""Which font faces a publication uses, seen from its styles and its markup.

The styles are searched for names of families, not applied: a face is left out only where
nothing can ask for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from pipeline.pages import Face

CODE_TAGS = frozenset({"code", "pre", "kbd", "samp", "tt"})
ITALIC_TAGS = frozenset({"em", "i", "cite", "dfn", "var", "address"})
BOLD_TAGS = frozenset({"strong", "b", "th", "dt", "caption", "h1", "h2", "h3", "h4", "h5", "h6"})
# Set in bold by the styles that ship.
BOLD_CLASSES = frozenset({"asks", "speaker", "box-title", "label"})
VOID_TAGS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>")
_CLASS = re.compile(r"\bclass=\"([^\"]*)\"")
_RULE = re.compile(r"\{[^{}]*\}")
_ITALIC_STYLE = re.compile(r"font(?:-style)?:[^;}]*\b(?:italic|oblique)\b")


def used_faces(faces: Iterable[Face], css: str, markup: str) -> tuple[Face, ...]:
    """The faces that ``markup``, set by ``css``, can need, in the order of ``faces``.

    Families that the styles do not name are out; so are monospaced ones (named in a
    list that ends in ``monospace``) without code, italics without emphasis, and bold
    italics without emphasis within something bold. Where each rule that names a family
    also says its weight and style, the other weights and styles are out.
    """
    code, italic, bold_italic = _emphasis(markup)
    italic = italic or bool(_ITALIC_STYLE.search(css))
    return tuple(
        face
        for face in faces
        if face.family in css
        and (code or not _is_monospaced(face.family, css))
        and _can_ask_for(face, css)
        and (face.style == "normal" or (bold_italic if face.weight >= 600 else italic))
    )


def font_face(face: Face, address: str) -> str:
    """The CSS rule that makes a face known. ``address`` may be a data address."""
    family = json.dumps(face.family, ensure_ascii=False)
    return (
        f"@font-face {{ font-family: {family}; font-weight: {face.weight};"
        f" font-style: {face.style}; src: url({address}) }}\n"
    )


def _can_ask_for(face: Face, css: str) -> bool:
    """Whether a rule that names the face's family leaves its weight and style possible."""
    return any(
        _says(rule, "font-weight") in {"", str(face.weight)}
        and _says(rule, "font-style") in {"", face.style}
        for rule in _RULE.findall(css)
        if face.family in rule
    )


def _says(rule: str, name: str) -> str:
    match = re.search(rf"(?<![\w-]){name}:\s*([\w-]+)", rule)
    return match[1] if match else ""


def _is_monospaced(family: str, css: str) -> bool:
    return bool(re.search(re.escape(family) + r"[^;{}]*\bmonospace\b", css))


def _emphasis(markup: str) -> tuple[bool, bool, bool]:
    """Whether there is code, italic text, and italic text within bold or the reverse."""
    code = italic = bold_italic = False
    bold_depth = italic_depth = 0
    open_tags: list[tuple[str, bool, bool]] = []
    for match in _TAG.finditer(markup):
        closing, tag, rest = match[1], match[2].lower(), match[3]
        if closing:
            while open_tags:
                name, was_bold, was_italic = open_tags.pop()
                bold_depth -= was_bold
                italic_depth -= was_italic
                if name == tag:
                    break
            continue
        if tag in VOID_TAGS or rest.endswith("/"):
            continue
        names = _CLASS.search(rest)
        is_bold = tag in BOLD_TAGS or bool(names and BOLD_CLASSES & set(names[1].split()))
        is_italic = tag in ITALIC_TAGS
        code = code or tag in CODE_TAGS
        bold_depth += is_bold
        italic_depth += is_italic
        italic = italic or is_italic
        bold_italic = bold_italic or (bold_depth > 0 and italic_depth > 0)
        open_tags.append((tag, is_bold, is_italic))
    return code, italic, bold_italic
