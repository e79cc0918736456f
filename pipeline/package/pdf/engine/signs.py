"""The sign at the beginning of what is left of a line of code that was too long: an arrow
that is drawn and no text, so that nobody copies it or hears it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.package.pdf.engine.boxes import Box, all_boxes, children, is_block, is_line
from pipeline.package.pdf.roles import is_code_line

GREY = (0.302, 0.337, 0.369)
LEFT, RIGHT = 10.0, 4.0
"""Where the arrow begins and ends, in CSS pixels to the left of the text."""

HEAD, THICK = 2.2, 0.6
LINE = 15.0
"""The height of the lines that it is drawn for; in higher ones it is larger."""


def sign_broken_lines(page: Box, stream: Any, scale: float) -> None:
    """Draw the sign before each line that goes on one of code."""
    lines = list(_broken_lines(page))
    if not lines:
        return
    with stream.artifact(), stream.stacked():
        stream.transform(a=scale, d=scale)
        stream.set_color_rgb(*GREY, stroke=True)
        for line in lines:
            _arrow(stream, line.position_x, line.position_y, line.height)


def _broken_lines(page: Box) -> Iterator[Box]:
    for box in all_boxes(page):
        if is_block(box) and is_code_line(box.element):
            yield from [child for child in children(box) if is_line(child)][1:]


def _arrow(stream: Any, x: float, y: float, height: float) -> None:
    """Down, then to the right, with a head."""
    size = max(1, height / LINE)
    left, right, level = x - size * LEFT, x - size * RIGHT, y + height * 0.55
    head = size * HEAD
    stream.set_line_width(size * THICK)
    stream.move_to(left, y + height * 0.15)
    stream.line_to(left, level)
    stream.line_to(right, level)
    stream.move_to(right - head, level - head)
    stream.line_to(right, level)
    stream.line_to(right - head, level + head)
    stream.stroke()
