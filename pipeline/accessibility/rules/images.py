"""Images and formulas: whether those that say something are described, and whether any moves."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pipeline.accessibility.subject import Failure, Outcome, Subject
from pipeline.codes import Code
from pipeline.model import Image, Math, MathBlock
from pipeline.tree import walk_images, whole

_FILE_NAME = re.compile(
    r"(img|dsc|dscn|image|photo|screenshot|scan|figure|untitled)[\s_-]*\d*|\S+\.(png|jpe?g|gif|webp|svg)",
    re.IGNORECASE,
)


def images_are_described(subject: Subject) -> Outcome:
    """Each image that does not only decorate has a text alternative that is no file's name."""
    failures = []
    checked = 0
    for image, span, is_decorative in walk_images(whole(subject.document)):
        if image.missing:
            continue
        checked += 1
        said = image.alt.strip()
        if not said and not is_decorative:
            failures.append(Failure())  # resolving has said so
        elif said and _is_file_name(said, image):
            message = f"“{said}” does not say what the image shows."
            hint = "Say it as you would on the telephone: `![a bucket on a rope](…)`."
            failures.append(Failure(message, span, hint, Code.VAGUE_ALT))
    brand = subject.document.metadata.brand
    if brand.logo:
        checked += 1
        if not brand.logo_alt:
            failures.append(Failure())
    return Outcome(checked, tuple(failures))


def _is_file_name(said: str, image: Image) -> bool:
    path = PurePosixPath(image.source)
    if said == path.name or (said == path.stem and re.search(r"[\d_-]", said)):
        return True
    return _FILE_NAME.fullmatch(said) is not None


def nothing_moves(subject: Subject) -> Outcome:
    """No image is animated: nobody could stop it, and it might flash."""
    moving = {asset.path for asset in subject.document.assets if asset.moving}
    first: dict[str, Failure] = {}
    for image, span, _ in walk_images(whole(subject.document)):
        if not image.missing and image.asset in moving and image.asset not in first:
            message = f"The image “{image.source}” moves, and readers cannot stop it."
            hint = "Show a still image, or several side by side: `::: figures`."
            first[image.asset] = Failure(message, span, hint, Code.MOVING_IMAGE)
    unseen = [Failure(f"The image “{path}” moves.") for path in sorted(moving - first.keys())]
    return Outcome(len(subject.document.assets), (*first.values(), *unseen))


def formulas_are_spoken(subject: Subject) -> Outcome:
    """Each formula that is MathML has its words beside it. Of one that cannot be set, which is
    text as it is written, resolving has told."""
    formulas = (node for node, _ in subject.nodes if isinstance(node, Math | MathBlock))
    found = [formula for formula in formulas if formula.mathml]
    return Outcome(len(found), tuple(Failure() for formula in found if not formula.alt))
