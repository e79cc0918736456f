"""What an e-book says for readers who cannot see or handle a page."""

from __future__ import annotations

from pipeline.model import Document, Image
from pipeline.pages import Accessibility
from pipeline.render.epub.imprint import has_formulas
from pipeline.render.nodes import NodeRenderer
from pipeline.tree import walk, whole


def accessibility(document: Document, renderer: NodeRenderer) -> Accessibility:
    images = [node for node in walk(whole(document)) if isinstance(node, Image)]
    described = all(image.alt or "decorative" in image.attributes.classes for image in images)
    about_images = "no_images" if not images else "images" if described else "not_all_images"
    formulas = has_formulas(document)
    keys = ("text", about_images, *(("formulas",) if formulas else ()), "uncertified")
    summary = " ".join(renderer.word(f"accessible_{key}") for key in keys)
    return Accessibility(summary, bool(images), described, formulas)
