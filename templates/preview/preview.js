// The page of `chapbook preview`. It is told the state of the last build (events), and shows the
// editions that were written: their own files in frames without scripts, and pictures of pages.

import { button, byId, made, words } from './elements.js';
import { AGAIN, Frames, Pages } from './panes.js';
import { tools } from './tools.js';

const FORMATS = ['html', 'pdf', 'epub'];
let canOpen = false;
let place = null; // in the source, that was clicked on or is in view
let told = -1;
export const panes = {};
// What an editor beside the views does at a place, or after a scroll, and with all news.
export const desk = { isHere: 'source' in document.body.dataset, go() {}, follow() {}, hear(all) { this.last = all; }, mend() {}, inWords: ({ text }) => text };
const page = {
  state: { parts: {}, editions: [], findings: [], source: '', number: 0 },
  wanted: null, // the line that the address asks for, until it is found
  get place() { return byId('together').checked && place; },
  choose,
  named,
  chosen: choosePlace,
  scrolled,
};

function say(file, line, isShown = true) {
  place = isShown ? { file, line } : null;
  byId('where').textContent = isShown ? `${file || page.state.source}:${line}` : `Nothing is shown of ${file}:${line}`;
  byId('open').hidden = !canOpen || !isShown;
}

// The others follow the pane that somebody scrolls.
function scrolled(pane, block, fraction) {
  say(block.file, block.line);
  if (!byId('together').checked) return;
  desk.follow(block.file, block.line);
  for (const other of Object.values(panes)) {
    if (other !== pane && other.visible) other.follow(block.file, block.line, fraction);
  }
}

function choosePlace(block) {
  if (!block) return;
  say(block.file, block.line);
  show(block.file, block.line);
  goTo(block.file, block.line);
}

function goTo(file, line) {
  desk.go(file, line);
  if (canOpen) openEditor(file, line);
}

async function openEditor(file, line) {
  const query = new URLSearchParams({ file, line });
  const answer = await fetch(`open?${query}`, { method: 'POST' });
  if (!answer.ok) byId('doing').textContent = await answer.text();
}

// The name that places have for a file, which may be named from other folders.
async function named(file) {
  return file && (await fetch(`named?${new URLSearchParams({ file })}`)).text();
}

// Show a line in all panes, and mark it. False if there is no pane yet.
export async function show(file, line) {
  const filled = Object.values(panes).filter((pane) => pane.visible && pane.items.length);
  let found = !file;
  for (const pane of filled) {
    const item = await pane.follow(file, line);
    pane.mark(item);
    found ||= Boolean(item);
  }
  if (filled.length) say(file, line, found);
  else place = { file, line };
  return filled.length > 0;
}

async function followAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const line = Number(asked.get('line'));
  if (!Number.isInteger(line) || line < 1) return;
  const file = asked.get('file') || '';
  page.wanted = (await show(await named(file), line)) ? null : { file, line };
}

function choose(pane) {
  pane.asked = true;
  tellViews();
  pane.update();
}

// What is in view is built first.
function tellViews() {
  const visible = Object.values(panes).filter((pane) => pane.visible);
  const views = visible.map((pane) => [pane.format, pane.edition]);
  fetch(`views?${new URLSearchParams(views)}`, { method: 'POST' });
}

// The menus have all editions; those that were not made are made when they are chosen.
function fillMenus() {
  for (const pane of Object.values(panes)) {
    const own = page.state.editions.filter(([, format]) => format === pane.format);
    if (!pane.choice.length) {
      pane.choice.append(made('option', { value: '', disabled: true, hidden: true }), ...own.map(([value, , label]) => (
        made('option', { value, textContent: words(label) })
      )));
      pane.choice.value = '';
    }
    const ready = own.map(([name]) => name).filter((name) => page.state.parts[name]);
    if (!pane.asked && ready.length) {
      [pane.choice.value] = ready;
      pane.asked = true;
    }
  }
}

function foldFindings(folded = Boolean(localStorage.getItem('folded'))) {
  byId('findings-list').hidden = folded;
  byId('findings-title').setAttribute('aria-expanded', String(!folded));
}

export function tellFindings() {
  const box = byId('findings');
  box.hidden = !page.state.findings.length;
  document.body.classList.toggle('failed', page.state.failed);
  const one = page.state.findings.length === 1 && (page.state.failed ? '1 error. Nothing was written.' : '1 warning');
  byId('findings-title').textContent = desk.isHere
    ? `${words(page.state.failed ? 'To mend before anything is made:' : 'To look at:')} ${page.state.findings.length}`
    : page.state.summary || one || '';
  byId('findings-list').replaceChildren(...page.state.findings.map((finding) => {
    const item = made('li', { className: finding.severity }, made('pre', { textContent: desk.inWords(finding) }));
    if (finding.line) {
      item.append(button(`${words('Show line')} ${finding.line}`, () => {
        const file = finding.file === page.state.source ? '' : finding.file;
        show(file, finding.line);
        goTo(file, finding.line);
      }));
    }
    if (desk.isHere && finding.mend !== null) item.append(button('Mend it', () => desk.mend(finding)));
    return item;
  }));
}

function hear(all) {
  ({ editor: canOpen, state: page.state } = all);
  const { state } = page;
  desk.hear(all);
  document.title = `${state.failed ? 'Error: ' : ''}${state.source} – ${desk.isHere ? words('Desk') : 'preview'}`;
  byId('source').textContent = page.state.source;
  const edition = state.editions.find(([name]) => state.doing.endsWith(` ${name}`));
  const doing = desk.isHere ? words(edition?.[2] || '') : state.doing;
  byId('doing').textContent = state.doing ? `${words('building …')} ${doing}` : '';
  byId('share').hidden = !state.doing;
  if (state.share === null) byId('share').removeAttribute('value');
  else byId('share').value = state.share;
  const isNew = state.number !== told;
  told = state.number;
  if (isNew) fillMenus();
  for (const { choice } of Object.values(panes)) choice.options[0].textContent = words(state.doing ? 'building …' : 'not built');
  if (!isNew) return;
  document.body.dataset.number = told;
  tellFindings();
  for (const pane of Object.values(panes)) pane.update();
}

let source = null;
// A browser has six connections for all windows: one that nobody sees lets go of its own.
function connect() {
  if (document.hidden) {
    source?.close();
    source = null;
  } else if (!source) {
    source = new EventSource('events');
    source.onmessage = (event) => hear(JSON.parse(event.data));
    source.onerror = () => {
      byId('doing').textContent = words('the preview has ended, or cannot be reached');
      if (source.readyState !== EventSource.CLOSED) return; // it tries again
      source = null;
      setTimeout(connect, AGAIN);
    };
  }
}

export function chooseViews() {
  const boxes = [...byId('views').querySelectorAll('input')];
  const shown = boxes.filter((box) => box.checked);
  for (const box of boxes) panes[box.value].leave();
  document.body.classList.toggle('alone', shown.length === 1);
  for (const { value, checked } of boxes) {
    panes[value].isNew ||= checked && !panes[value].visible;
    panes[value].element.hidden = !checked;
  }
  for (const pane of Object.values(panes)) pane.update();
  tellViews();
}

for (const format of FORMATS) {
  panes[format] = new (format === 'pdf' ? Pages : Frames)(format, page);
}
tools(panes);
byId('views').addEventListener('change', chooseViews);
byId('open').addEventListener('click', () => openEditor(place.file, place.line));
byId('line-form').addEventListener('submit', (event) => {
  event.preventDefault();
  location.hash = `line=${byId('line').value.trim()}`;
  followAddress();
});
byId('findings-title').addEventListener('click', () => {
  localStorage.setItem('folded', byId('findings-list').hidden ? '' : 'yes');
  foldFindings();
});
addEventListener('hashchange', followAddress);
document.addEventListener('visibilitychange', connect);
foldFindings();
connect();
followAddress();
