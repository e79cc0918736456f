// What is asked of every reading system; each page defines `reader`.

const pause = milliseconds => new Promise(end => setTimeout(end, milliseconds));

async function until(condition, milliseconds = 60_000) {
    const end = performance.now() + milliseconds;
    while (!condition() && performance.now() < end) await pause(10);
}

// readers turn pages in steps: a page is turned when the place stays the same
async function settled(place) {
    let before = "";
    for (let times = 0; times < 100; times++) {
        let now = "";
        try { now = JSON.stringify(place()); } catch { /* nothing is shown yet */ }
        if (now && now === before) return;
        before = now;
        await pause(15);
    }
}

const byId = id => reader.documents().map(shown => shown.getElementById(id)).find(Boolean);

function onScreen(element) {
    const frame = element.ownerDocument.defaultView.frameElement.getBoundingClientRect();
    return [...element.getClientRects()].some(({left, right, top, bottom}) =>
        frame.left + right > 0 && frame.left + left < innerWidth
        && frame.top + bottom > 0 && frame.top + top < innerHeight);
}

// an element that is not shown at all says nothing of what in it is
const visible = element => element.checkVisibility() ? element.innerText : "";

// the text that is in what is shown, what of it can be seen, and the images that are not
const look = () => reader.documents().map(shown => ({
    text: shown.body.textContent,
    visible: visible(shown.body),
    broken: [...shown.images]
        .filter(image => !image.complete || !image.naturalWidth)
        .map(image => image.getAttribute("src")),
}));

const isShown = id => Boolean(byId(id)) && onScreen(byId(id));

function openNote(reference, id) {
    return reader.openNote(byId(reference), id);
}
