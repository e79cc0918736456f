"""Typing in a desk, in a headless Chromium: ADDRESS is that of a text. Prints, for each key, the
milliseconds that the page was busy with it, as JSON."""

from __future__ import annotations

import json
import sys

from tests.conformance.browser import started
from tests.conformance.preview import LONG

BURSTS, PAUSE = 20, 600
"""Milliseconds after which what was typed is saved."""

LISTEN = """() => {
    window.keys = [];
    let pressed = 0;
    addEventListener('keydown', (event) => { pressed = event.timeStamp; }, true);
    addEventListener('input', () => {
        const channel = new MessageChannel();
        const key = pressed;
        channel.port1.onmessage = () => {
            const typed = performance.now() - key;
            requestAnimationFrame(() => {
                const frame = performance.now();
                const drawn = new MessageChannel();
                drawn.port1.onmessage = () => keys.push(typed + performance.now() - frame);
                drawn.port2.postMessage(0);
            });
        };
        channel.port2.postMessage(0);
    }, true);
}"""


def main(chromium: str, address: str) -> None:
    with started(chromium) as browser:
        page = browser.new_page()
        page.set_default_timeout(LONG)
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        page.wait_for_selector("#pdf img:not([hidden])")
        page.click(".cm-content")
        page.keyboard.press("Control+Home")
        for _ in range(30):
            page.keyboard.press("PageDown")
        page.evaluate(LISTEN)
        for _ in range(BURSTS):
            page.keyboard.type("Nine ropes are long. ", delay=60)
            page.wait_for_timeout(PAUSE)
        print(json.dumps(page.evaluate("keys")))


if __name__ == "__main__":
    main(*sys.argv[1:])
