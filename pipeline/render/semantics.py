"""What parts of a publication are, for reading systems and screen readers: attributes of
EPUB's Structural Semantics and of DPUB-ARIA."""

from __future__ import annotations

from markupsafe import Markup

from pipeline.editions import FormatName
from pipeline.model import Section
from pipeline.render.containers import Form
from pipeline.render.index import is_index

# Roles of DPUB-ARIA 1.1 by the name that EPUB's Structural Semantics give the part.
DPUB_ROLES = frozenset(
    "abstract acknowledgments afterword appendix bibliography biblioref chapter colophon conclusion"
    " credits dedication epigraph epilogue errata foreword glossary glossref index introduction"
    " part preface prologue toc".split()
)


def semantics(
    format_name: FormatName, role: str, depth: int = 0, section: Section | None = None
) -> Markup:
    """``epub:type`` and the ARIA role that goes with it (EPUB Accessibility 1.1); a
    top-level section of an e-book is a chapter where nothing else is said. What EPUB
    calls an index may have nothing else in it."""
    if depth == 1 and format_name == "epub":
        role = role or "chapter"
    if not role or role not in DPUB_ROLES or format_name == "pdf":
        return Markup("")
    is_typed = role != "index" or (section is not None and is_index(section))
    kind = Markup("")
    if format_name == "epub" and is_typed:
        kind = Markup(' epub:type="{}"').format(role)
    return kind + Markup(' role="doc-{}"').format(role)


def form_roles(format_name: FormatName, form: Form) -> Markup:
    """The attributes that tell what a container or a box is."""
    if format_name == "pdf":
        return Markup("")
    kind = form.kind if format_name == "epub" else ""
    found = {"epub:type": kind, "role": form.role}
    return Markup("").join(
        Markup(' {}="{}"').format(key, value) for key, value in found.items() if value
    )
