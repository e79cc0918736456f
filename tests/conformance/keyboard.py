"""A page walked through with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

STOPS = """() => {
    const wanted = 'a[href], button, input, select, textarea, summary, [tabindex]';
    const groups = new Set();
    window.stops = [...document.querySelectorAll(wanted)].filter(element => {
        if (element.tabIndex < 0 || element.disabled || element.type === 'hidden') return false;
        if (!element.checkVisibility({visibilityProperty: true})) return false;
        if (element.type !== 'radio') return true;
        const first = !groups.has(element.name);
        groups.add(element.name);
        return first;  // the arrow keys lead to the others of a group
    });
    return stops.map(element => element.outerHTML.slice(0, 120));
}"""
"""Finds all that the Tab key has to come to, in the order of the page; how each is written."""

MANY = 20
"""Times that Tab is pressed before the page is asked where it led: asking takes longest."""

FOLLOW = """() => {
  window.walk = [];
  const seen = element => {
    if (!element || element === document.body || element === document.documentElement) return null;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return {
        stop: stops.indexOf(element),
        html: element.outerHTML.slice(0, 120),
        // browsers stop at what can be scrolled, and at what a script shows for the moment
        between: element.scrollWidth > element.clientWidth
            || element.scrollHeight > element.clientHeight
            || Boolean(element.closest(':popover-open')),
        seen: outlined || style.boxShadow !== 'none',
        shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
            && box.top < innerHeight && box.left < innerWidth,
    };
  };
  addEventListener('keyup', () => walk.push(seen(document.activeElement)), true);
}"""
AT_GOAL = """id => {
    const goal = document.getElementById(id), box = goal && goal.getBoundingClientRect();
    return Boolean(goal) && goal.contains(document.activeElement)
        && box.top < innerHeight && box.bottom > 0;
}"""


def keyboard_findings(page: Page) -> list[tuple[str, ...]]:
    """Elements that Tab does not reach, or not in order, or without visible focus; and a skip link
    that does not work. If Tab is trapped, the rest is not reached."""
    found: list[tuple[str, ...]] = []
    stops: list[str] = page.evaluate(STOPS)
    expected, reached = 0, set[int]()
    for focus in walk(page, 2 * len(stops) + 20):
        if focus is None:
            break
        if focus["stop"] in reached:
            break  # round again, as where there is no window around the page
        if focus["stop"] < 0 and focus["between"]:
            continue
        if focus["stop"] != expected:
            wanted = stops[expected] if expected < len(stops) else "nothing"
            found.append(("out-of-order", focus["html"], "instead of", wanted))
        if not focus["seen"]:
            found.append(("focus-not-seen", focus["html"]))
        if not focus["shown"]:
            found.append(("focus-not-in-window", focus["html"]))
        reached.add(focus["stop"])
        expected = focus["stop"] + 1
    found += [("never-reached", html) for n, html in enumerate(stops) if n not in reached]
    return found + skip_findings(page)


def walk(page: Page, most: int) -> Iterator[dict[str, Any] | None]:
    """The elements that Tab leads to, None for the page itself, until it leads out of the page."""
    page.evaluate(FOLLOW)
    for _ in range(0, most, MANY):
        for _ in range(MANY):
            page.keyboard.press("Tab")
        places: list[dict[str, Any] | None] = page.evaluate("walk.splice(0)")
        yield from places
        if len(places) < MANY:
            return


def skip_findings(page: Page) -> list[tuple[str, ...]]:
    """Return whether the first tab stop of the page is a link that skips to the text."""
    page.reload()
    page.keyboard.press("Tab")
    goal = page.evaluate("document.activeElement.getAttribute('href') || ''")
    if not goal.startswith("#"):
        return [("no-skip-link", page.evaluate("document.activeElement.outerHTML")[:120])]
    page.keyboard.press("Enter")
    if not page.evaluate(AT_GOAL, goal[1:]):
        return [("skip-link", goal, "is not where the focus is then")]
    return []
