"""Questions in QTI 3.0, answered in the QTI 3 Player by Amp-up.io in a headless Chromium:
qti_player NODE_MODULES CHROMIUM ITEMS

ITEMS is JSON: for each item its XML, and the responses to it as the player keeps them. Prints as
JSON, for each, the score, and the text that is shown before and after the answer.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.conformance.browser import started

START = """() => new Promise((ready) => new Vue({
    render: (create) => create(qti3Player, {on: {
        notifyQti3PlayerReady: (player) => { window.player = player; ready(true); },
        notifyQti3ItemReady: () => window.shown(),
        notifyQti3EndAttemptCompleted: (data) => window.ended(data.state),
    }}),
}).$mount(document.body.appendChild(document.createElement('div'))))"""
PLAY = """([xml, responses, guid]) => new Promise((done, fail) => {
    setTimeout(() => fail(Error(`no result: ${xml} ${JSON.stringify(responses)}`)), 30000);
    let before = '';
    window.shown = () => setTimeout(() => {
        before = document.body.innerText;
        player.endAttempt('');
    });
    window.ended = (state) => setTimeout(() => done({
        score: state.outcomeVariables.find((each) => each.identifier === 'SCORE').value,
        before,
        after: document.body.innerText,
    }));
    const none = ['numAttempts', 'duration'].map((identifier) => (
        {identifier, cardinality: 'single', value: 0, state: null}
    ));
    const lists = ['context', 'template', 'outcome'].map((kind) => [`${kind}Variables`, []]);
    const state = Object.fromEntries([...lists, ['validationMessages', []]]);
    player.loadItemFromXml(xml, {
        guid,
        status: 'interacting',
        sessionControl: {max_attempts: 0, show_feedback: true, validate_responses: false},
        state: {...state, identifier: 'q', guid, responseVariables: [...none, ...responses]},
    });
})"""


def main(modules: str, chromium: str, items: str) -> None:
    with started(chromium) as browser:
        page = browser.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_content("<!DOCTYPE html><title>QTI</title>")
        page.add_style_tag(path=Path(modules) / "qti3-item-player/dist/qti3Player.css")
        for file in ("vue/dist/vue.min.js", "qti3-item-player/dist/qti3Player.umd.min.js"):
            page.add_script_tag(path=Path(modules) / file)
        page.evaluate(START)
        played = []
        for number, (xml, responses) in enumerate(json.loads(Path(items).read_text("utf-8"))):
            played.append(page.evaluate(PLAY, [xml, responses, f"item {number}"]))
        assert not complaints, complaints
        print(json.dumps(played))
