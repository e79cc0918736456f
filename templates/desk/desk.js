// The page of `chapbook desk`: sources, an editor, and the views of the preview. Typing waits for
// nothing: what was typed is saved a moment later, and built by the session.

import { change, makeEditor, wordsAt } from './editor.js';
import { button, byId, isKnown, made, words } from './elements.js';

const SAVE = 400; // milliseconds without a key after which what was typed is saved
const KEEP = 3000; // and after which the way back is kept
const LANGUAGE_COOKIE = 'chapbook-language';
const MOST_KEPT = 2e6; // letters of the way back

const { root, source } = document.body.dataset;
let numbered = 0;
// A field with its label; both are in a box, which has the control as `control`.
export function field(label, control, hint = '') {
  numbered += 1;
  control.id = `field-${numbered}`;
  const box = made('div', { className: 'field' }, made('label', { htmlFor: control.id, textContent: label }), control);
  if (hint) {
    box.append(made('span', { className: 'hint', id: `hint-${numbered}`, textContent: hint }));
    control.setAttribute('aria-describedby', `hint-${numbered}`);
  }
  box.control = control;
  return box;
}

// A table, of which the first row and column are heads.
export const tableOf = (rows) => made('table', { className: 'counts' }, ...rows.map((cells, row) => made('tr', {}, ...cells.map((text, column) => (
  made(row && column ? 'td' : 'th', { textContent: text })
)))));

export async function send(path, body, query = {}) {
  const asked = new URLSearchParams(query).toString();
  const answer = await fetch(`${path}${asked && '?'}${asked}`, { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.headers.get('content-type')?.includes('json') ? answer.json() : answer.text();
}

// --- dialogs ---------------------------------------------------------------------------------

let answered = null; // what to do when the dialog closes
// Show a dialog; what comes back is the label of the button that closed it, "" for none.
export function ask(title, body, buttons = ['Close']) {
  const dialog = byId('dialog');
  if (dialog.open) {
    answered?.('');
    dialog.close();
  }
  byId('dialog-title').textContent = words(title);
  byId('dialog-body').replaceChildren(...body);
  byId('dialog-said').textContent = '';
  return new Promise((done) => {
    answered = done;
    byId('dialog-buttons').replaceChildren(...buttons.map((label, number) => button(label, (event) => {
      event.preventDefault(); // Enter in a field clicks the first, which submits
      const missing = number < buttons.length - 1 && dialog.querySelector(':invalid');
      if (missing && missing.reportValidity && !number) {
        missing.reportValidity();
        return;
      }
      answered = null;
      dialog.close();
      done(label);
    }, number ? {} : { className: 'main', type: buttons.length > 1 ? 'submit' : 'button' })));
    dialog.showModal();
  });
}
export const tell = (text, ...links) => { byId('dialog-said').replaceChildren(text, ...links.flatMap((link) => [' ', link])); };
byId('dialog').addEventListener('close', () => {
  if (byId('dialog').open) return; // it shows the next question
  const done = answered;
  answered = null;
  if (done) done('');
});
byId('dialog').querySelector('form').addEventListener('submit', (event) => event.preventDefault());

const problem = (error) => ask('This did not work', [made('pre', { textContent: error.message, tabIndex: 0 })]);

// --- sources ---------------------------------------------------------------------------------

const NEW = '#new'; // at the end of the address of a text that has just been begun
const openSource = (key, hash = '') => { location.href = `${root}open/${key}/${hash}`; };

let listed = '';
let lister = null;
// First pages of texts that nobody has opened are made while it is quiet: they are looked for some times.
async function fillSources(tries = 8) {
  clearTimeout(lister);
  const answer = await fetch(`${root}sources`);
  if (!answer.ok) return;
  const text = await answer.text();
  const found = JSON.parse(text);
  if (tries && found.some(({ cover }) => !cover)) lister = setTimeout(() => fillSources(tries - Number(text === listed)), 3000);
  if (text === listed) return;
  listed = text;
  const focused = document.activeElement.href;
  byId('sources').replaceChildren(...found.map(({ key, name, title, cover }) => {
    const picture = cover
      ? made('img', { src: `${root}cover/${key}?${cover}`, alt: '', loading: 'lazy' })
      : made('span', { className: 'none' });
    const link = made('a', { href: `${root}open/${key}/` }, picture, made('span', {}, title, made('small', { textContent: name })));
    if (name === source) link.setAttribute('aria-current', 'page');
    return made('li', {}, link);
  }));
  if (focused) [...byId('sources').querySelectorAll('a')].find(({ href }) => href === focused)?.focus();
}

const KINDS = {
  worksheet: 'Worksheet, with exercises and answers',
  handout: 'Handout',
  exam: 'Exam, with marks',
  interview: 'Interview',
  article: 'Article',
  book: 'Book',
  novel: 'Novel',
  poetry: 'Poems',
  play: 'Play',
  recipe: 'Recipes',
  leaflet: 'Leaflet',
  newsletter: 'Newsletter',
};

async function newSource(kind = 'worksheet') {
  const name = made('input', { required: true, autocomplete: 'off' });
  const kinds = made('select', {}, ...Object.entries(KINDS).map(([value, label]) => (
    made('option', { value, textContent: words(label), selected: value === kind })
  )));
  const author = made('input', { autocomplete: 'name', value: localStorage.getItem('author') || '' });
  const body = [field(words('Title'), name), field(words('Authors'), author), field(words('What it is'), kinds)];
  const chosen = ask('A new text', body, ['Begin', 'Cancel']);
  name.focus();
  if (await chosen !== 'Begin' || !name.value.trim()) return;
  try {
    localStorage.setItem('author', author.value.trim());
    const { key } = await send(`${root}new`, JSON.stringify({ name: name.value, author: author.value, kind: kinds.value, body: outline(kinds.value) }));
    openSource(key, NEW);
  } catch (error) { problem(error); }
}

// The beginnings of worksheets, and in other languages than English of all texts, of parts that have words in these.
const PART = '## {Heading}\n\n{Text}';
const POINTS = '- {Text}\n- {Text}';
const OUTLINES = {
  worksheet: [PART, 'Question', 'Choice', 'Gap text', 'True or false'],
  handout: [PART, POINTS, 'Table', 'Question'],
  exam: ['Question', 'Choice', 'Question'],
  interview: [PART, 'Ada Asker: {Question}', 'Ben Teller: {Text}'],
  play: [PART, 'Anna: {Text}', 'Benno: {Text}'],
  poetry: ['# {Heading}', '::: verse\n{Text}\n{Text}\n:::'],
  book: ['# {Heading}', '{Text}', '# {Heading}', '{Text}'],
};
function outline(kind) {
  if (!isKnown('Text') && kind !== 'worksheet') return '';
  const parts = OUTLINES[kind] || (/novel|article/.test(kind) ? OUTLINES.book : [PART, POINTS, PART]);
  const written = parts.map((part) => blockOf(part).replaceAll('¦', ''));
  const marked = kind === 'exam' ? written.map((part) => part.replace(/^::: exercise.*/, '$& {marks=2}')) : written;
  return `${marked.join('\n\n')}\n`;
}

const FILE_ACTIONS = { Rename: 'rename', 'Make a copy': 'copy', Delete: 'delete' };

async function changeFile() {
  const title = byId('sources').querySelector('[aria-current] span').firstChild.textContent;
  const name = made('input', { required: true, autocomplete: 'off', value: title });
  const hint = made('p', { className: 'hint', textContent: words('What is deleted goes to the folder “_deleted”, from where you can take it back.') });
  const chosen = await ask('This file', [field(words('Title'), name), hint], [...Object.keys(FILE_ACTIONS), 'Cancel']);
  if (!FILE_ACTIONS[chosen]) return;
  try {
    await writing.save();
    const { key } = await send('file', JSON.stringify({ action: FILE_ACTIONS[chosen], name: name.value }));
    if (key) openSource(key);
    else location.href = root;
  } catch (error) { problem(error); }
}

async function importFile(data, name) {
  ask('Bringing in a file', [made('p', { textContent: name })], ['Cancel']);
  tell(words('Reading …'));
  try {
    const { key, told } = await send(`${root}import`, data, { name });
    localStorage.setItem(`told ${key}`, told);
    if (await ask('The file is here', broughtIn(told), ['Open it', 'Close']) === 'Open it') openSource(key);
    else fillSources();
  } catch (error) { problem(error); }
}

// What was found in a file, and what is in the text that was made of it.
function broughtIn(told) {
  const counts = [...told.matchAll(/^ +([a-z][a-z ,-]*(?: \d)?) +(\d+) +(\d+)( +fewer)?$/gm)];
  const rows = [['', words('In the file'), words('In the new text')], ...counts.map(([, name, before, now, fewer]) => (
    [words(name.replace(/\d/, '{}')).replace('{}', name.at(-1)), before, fewer ? `${now} – ${words('fewer')}` : now]
  ))];
  const rest = told.split('\n').slice(1).filter((line) => !/^ /.test(line) && line.trim()).join('\n');
  const hint = made('p', { textContent: words('This is what was found in it, and what is in the new text. Check what is said to be fewer or lost.') });
  return [hint, tableOf(rows), made('pre', { textContent: rest, tabIndex: 0, hidden: !rest })];
}

async function pasteText() {
  const box = made('div', { className: 'pasted', contentEditable: 'true', tabIndex: 0, role: 'textbox', ariaMultiLine: 'true' });
  box.setAttribute('aria-label', words('Text to paste'));
  let html = '';
  box.addEventListener('paste', (event) => {
    html = event.clipboardData.getData('text/html');
    box.textContent = event.clipboardData.getData('text/plain');
    event.preventDefault();
  });
  const name = made('input', { required: true, autocomplete: 'off', value: words('Pasted text') });
  const hint = made('p', { textContent: words('Copy an article in your browser or word processor, and paste it here.') });
  if (await ask('Paste a text', [hint, box, field(words('Title'), name)], ['Bring it in', 'Cancel']) !== 'Bring it in') return;
  const ending = html ? 'html' : 'txt';
  await importFile(html || box.innerText, `${name.value}.${ending}`);
}

byId('language').value = document.documentElement.lang;
byId('language').addEventListener('change', async () => {
  await writing?.save();
  document.cookie = `${LANGUAGE_COOKIE}=${byId('language').value}; path=/; max-age=31536000; samesite=strict`;
  location.reload();
});
byId('new-button').addEventListener('click', () => newSource());
byId('change-button')?.addEventListener('click', changeFile);
byId('paste-button').addEventListener('click', pasteText);
byId('file-button').addEventListener('click', () => byId('file').click());
byId('file').addEventListener('change', async (event) => {
  for (const file of event.target.files) await importFile(file, file.name);
});
for (const [kind, label] of Object.entries(byId('kinds') ? KINDS : {})) {
  byId('kinds').append(button(label, () => newSource(kind)));
}

addEventListener('dragover', (event) => {
  if (!event.dataTransfer.types.includes('Files')) return;
  event.preventDefault();
  document.body.classList.add('dropping');
}, true);
addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) document.body.classList.remove('dropping');
});
addEventListener('drop', async (event) => {
  document.body.classList.remove('dropping');
  const files = [...event.dataTransfer.files];
  if (!files.length) return;
  event.preventDefault();
  event.stopPropagation();
  const at = writing?.editor.placeAt(event.clientX, event.clientY);
  for (const file of files) {
    if (writing && file.type.startsWith('image/')) await writing.addPicture(file, at);
    else await importFile(file, file.name);
  }
}, true);

for (const tab of document.querySelectorAll('#tabs button')) {
  const press = () => {
    for (const each of document.querySelectorAll('#tabs button')) {
      each.setAttribute('aria-pressed', String(each.dataset.tab === document.body.dataset.tab));
    }
  };
  tab.addEventListener('click', () => {
    document.body.dataset.tab = tab.dataset.tab;
    press();
  });
  press();
}

// --- this window -----------------------------------------------------------------------------

const me = crypto.randomUUID();
const key = location.pathname.match(/open\/(\w+)/)?.[1] || '';
const UNSAVED = `unsaved ${key}`;
// Beacons would not say where they come from; these outlive the page as well.
const last = (path, body) => fetch(path, { method: 'POST', body, keepalive: !body || body.length < 60000 }).catch(() => {});
const here = () => last(`${root}here/${me}?key=${key}&hidden=${document.hidden ? 'yes' : ''}`);
here();
if (!source) new EventSource(`${root}listen`); // so that it is known to be there
let isGone = false; // pages that go are hidden after that
addEventListener('pageshow', (event) => {
  isGone = false;
  if (event.persisted) here();
});
document.addEventListener('visibilitychange', () => { if (!isGone) here(); });
addEventListener('pagehide', () => {
  isGone = true;
  writing?.saveNow();
  writing?.keep();
  last(`${root}left/${me}`);
});

// --- writing ---------------------------------------------------------------------------------

// Looks that Markdown has, in what was copied; other elements may only colour the text of a program.
const LOOKS = /<(?:h[1-6]|p|ul|ol|table|b|strong|i|em|a|img|blockquote|sub|sup|br)[\s/>]/i;
const COPIED_TITLE = /<title>.*?<\/title>/is; // that of the page that it comes from

// What a button puts into the text: before and after what is selected, and words if nothing is.
const AROUND = {
  Bold: ['**', '**', 'bold', 'B'],
  Italic: ['*', '*', 'italic', 'I'],
  Gap: ['____{', '}', 'answer', '', 'A gap for pupils; its answer is only in the teacher’s and the answer sheet.'],
};
const ROWS = /(?:\\?_){3,}(?![\\_]*\{)/g;
const ROW_END = /(?:\\?_)*$/;
const ROW_START = /^(?:\\?_)*/;
const LINES = { Heading: '## ', List: '- ', Numbers: '1. ' };
// What stands in {} is said in the language of the desk; what stands in ¦¦ is to be typed over.
const BLOCKS = {
  Table: '| {Heading} | {Heading} |\n|-------|--------|\n| ¦{Text}¦ | {Text} |',
  Question: '::: exercise\n¦{Question}¦\n\n::: lines 3\n:::\n\n::: answer\n{the right answer}\n:::\n:::',
  'Questions a, b, c': '::: exercise\na) ¦{Question}¦\n\n   ::: lines 2\n   :::\n\n   ::: answer\n   {the right answer}\n   :::\n\nb) {Question}\n\n   ::: lines 2\n   :::\n\n   ::: answer\n   {the right answer}\n   :::\n:::',
  Choice: '::: exercise {Choose}\n¦{Question}¦\n\n- ( ) {a wrong answer}\n- (x) {the right answer}\n- ( ) {a wrong answer}\n:::',
  'Several right answers': '::: exercise {Choose}\n¦{Question}¦\n\n- [x] {the right answer}\n- [ ] {a wrong answer}\n- [x] {the right answer}\n:::',
  'True or false': '::: exercise {True or false}\n|  | {true} | {false} |\n|---|:---:|:---:|\n| ¦{A sentence}¦ | (x) | ( ) |\n| {Another sentence} | ( ) | (x) |\n:::',
  'Gap text': '::: exercise {Fill the gaps}\n{Text} ____{¦{answer}¦} …\n\n::: word-bank\n:::\n:::',
  Matching: '::: exercise {Match}\n::: matching\n| {A word} | {What it means} |\n|------|---------|\n| ¦{A word}¦ | {What it means} |\n| {Another word} | … |\n:::\n:::',
  Ordering: '::: exercise {Put in order}\n::: ordering\n1. ¦{First}¦\n2. {Then}\n3. {At last}\n:::\n:::',
  'Space to draw in': '::: exercise {Draw}\n¦{Question}¦\n\n::: space 60mm\n:::\n:::',
  'Squared paper': '::: exercise {Work it out}\n¦{Question}¦\n\n::: space 60mm {.squared}\n:::\n:::',
  'Lines to write on': '::: lines 4\n:::',
  'Words to choose from': '::: word-bank\n¦{Another word}¦\n:::',
  'For the teacher only': '::: teacher\n¦{For the teacher only}¦\n:::',
};
const blockOf = (name) => (BLOCKS[name] || name).replace(/\{([A-Za-z ]+)\}/g, (_, phrase) => words(phrase));

// What stands in the text, in words for those who have never seen it.
const SIGNS = {
  '## …': 'Heading',
  '**…**': 'Bold',
  '*…*': 'Italic',
  '- …': 'List',
  '1. …': 'Numbers',
  '____{…}': AROUND.Gap[4],
  '::: … :::': 'A part of its own, which ends with three colons: an exercise, its answer, lines to write on, something for the teacher.',
  '( )  (x)': 'A wrong and the right answer of a choice.',
  '| … | … |': 'Table',
  '![…](…)': 'A picture: what it shows, and its file.',
  '{#…}': 'A name, to which @ and the name refer.',
  '<!-- … -->': 'A remark that is shown nowhere.',
};

function explainSigns() {
  const rows = Object.entries(SIGNS).flatMap(([sign, meaning]) => [
    made('dt', {}, made('code', { textContent: sign })), made('dd', { textContent: words(meaning) }),
  ]);
  ask('What the signs mean', [made('dl', { className: 'signs' }, ...rows)]);
}

// A finding in the language of the desk, with the words of the text that it is about.
export function sayFinding({ code, text, message, hint, mend, length }) {
  if (!isKnown(code)) return [message, hint].filter(Boolean).join(' ') || text;
  const [, line = '', carets = ''] = text.split('\n');
  const start = carets.indexOf('^');
  const about = length > 1 ? line.slice(start, carets.length).trim() : message.match(/[“`]([^”`]+)/)?.[1];
  const shown = [about, mend].filter(Boolean).join(' → ');
  return `${words(code)}${shown && ` (${shown})`}`;
}

// The lines that make one text another, and how many letters are the same before and after them.
function changedLines(before, after) {
  const { from, to, insert } = change(before, after);
  const head = from && before.lastIndexOf('\n', from - 1) + 1;
  const next = before.indexOf('\n', to);
  const tail = next < 0 ? 0 : before.length - next;
  return { head, tail, lines: before.slice(head, from) + insert + before.slice(to, before.length - tail) };
}

// The settings at the head of a text, and remarks.
const BEFORE_TEXT = /^(?:---\n[^]*?\n---\n)?(?:\s|<!--[^]*?-->)*/;
// A picture as it is written: what it shows, its file, the words below it, and settings.
const PICTURE = /!\[(?<alt>(?:\\.|[^\]\\])*)\]\((?<file>(?:\\.|[^)\s])*)(?:\s+"(?<caption>(?:\\.|[^"\\])*)")?\)(?:\{(?<marks>[^{}]*)\})?/g;
const SIZES = { 'As it is': '', Small: '30%', 'Half the width': '50%', 'Full width': '100%' };

// Ask for what is said of a picture; `written` is how it stands in the text.
async function askPicture(shown, { alt = '', caption = '', marks = '' }, buttons) {
  const [, width = ''] = marks.match(/\bwidth=(\S+)/) || [];
  const sizes = Object.values(SIZES).includes(width) ? SIZES : { ...SIZES, [width]: width };
  const [about, below] = [alt, caption].map((value) => made('input', { autocomplete: 'off', value }));
  const size = made('select', {}, ...Object.entries(sizes).map(([label, value]) => (
    made('option', { value, textContent: words(label), selected: value === width })
  )));
  const asked = ask('A picture', [
    shown,
    field(words('What does the picture show?'), about, words('For everybody who cannot see it. Leave it empty if it only decorates.')),
    field(words('Words below it'), below, words('Printed under the picture. It may be left empty.')),
    field(words('Size'), size),
  ], buttons);
  about.focus();
  const chosen = await asked;
  const written = (file) => {
    const said = about.value.trim() === alt ? alt : about.value.trim().replace(/[[\]]/g, '');
    const title = below.value.trim() === caption ? caption : below.value.trim().replaceAll('"', '”');
    const others = marks.split(/\s+/).filter((mark) => mark && mark !== '.decorative' && !mark.startsWith('width='));
    const settings = [...others, !said && '.decorative', size.value && `width=${size.value}`].filter(Boolean).join(' ');
    return `![${said}](${file}${title && ` "${title}"`})${settings && `{${settings}}`}`;
  };
  return { chosen, written };
}

class Writing {
  constructor(editor, { digest, text }, see) {
    this.editor = editor;
    this.base = digest; // the version in the file that the text was written over
    this.baseText = text; // that version, if the desk knows it
    this.see = see;
    this.isSaved = true;
    this.hasWritten = false;
    this.saving = null;
    this.known = { ids: [], works: [], terms: [], keys: [] };
  }

  changed(isRemote) {
    this.hasWritten ||= !isRemote;
    clearTimeout(this.keeper);
    this.keeper = setTimeout(() => this.keep(), KEEP);
    if (isRemote) return;
    this.isSaved = false;
    if (byId('alarm').hidden) this.say('…');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SAVE);
  }

  say(text) {
    byId('saved').textContent = words(text);
  }

  // What could not be saved is kept in the browser, for when the desk comes back.
  keepUnsaved() {
    this.hasFailed = true;
    try {
      localStorage.setItem(UNSAVED, this.editor.text);
      return true;
    } catch { // there is no room
      return false;
    }
  }

  // Nothing answers any more: what was typed is in this window alone.
  alarm(isKept) {
    if (!byId('alarm').hidden) return; // said once, for those who hear it
    byId('alarm').hidden = false;
    this.say('Not saved!');
    byId('alarm').replaceChildren(
      words(isKept
        ? 'Not saved: Chapbook is no longer running. Start it again and open this text: this browser keeps what you wrote, and offers it then.'
        : 'Not saved: Chapbook is no longer running. Copy the text, start Chapbook again, and paste it there.'),
      ' ', button('Copy the text', () => navigator.clipboard.writeText(this.editor.text)),
    );
  }

  // What was written before the desk ended, if it never came into the file.
  async offerUnsaved() {
    const unsaved = localStorage.getItem(UNSAVED);
    if (unsaved !== null && unsaved !== this.editor.text) {
      const text = made('pre', { textContent: unsaved, tabIndex: 0 });
      const body = [made('p', { textContent: words('Chapbook ended before this was saved. This is what you wrote:') }), text];
      const chosen = await ask('Which text is right?', body, ['Keep what I wrote', 'Take the other one']);
      if (!chosen) return; // it is asked again
      if (chosen === 'Keep what I wrote') this.editor.setText(unsaved, true);
    }
    localStorage.removeItem(UNSAVED);
  }

  // One save after another; what was typed meanwhile is saved after it.
  async save() {
    while (this.saving) await this.saving; // several may wait for the same one
    clearTimeout(this.timer);
    const { text } = this.editor;
    this.isSaved = true;
    this.saving = send('save', this.data(text)).then(
      (saved) => this.hear(text, saved),
      (error) => {
        this.isSaved = false;
        const isKept = this.keepUnsaved();
        if (error instanceof TypeError) this.alarm(isKept); // nothing answers
        else this.say('Not saved!');
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.save(), 2000);
        console.warn(error);
      },
    ).finally(() => { this.saving = null; });
    await this.saving;
  }

  // What is sent of a text: what has changed, since to send all of a book takes a tenth of a second.
  data(text) {
    const { base, baseText } = this;
    return JSON.stringify(baseText === null ? { base, text } : { base, ...changedLines(baseText, text) });
  }

  hear(sent, { digest, base, text, conflict, unknown }) {
    byId('alarm').hidden = true;
    if (unknown) { // the desk was started again
      this.baseText = null;
      this.isSaved = false;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), 0);
      return;
    }
    if (conflict) {
      this.say('Not saved!');
      this.isSaved = false;
      if (!this.asking) this.decide(digest, text);
      return;
    }
    if (text !== null) { // others have changed something
      if (this.editor.text !== sent) { // and so have we, since: that comes next
        this.isSaved = false;
        [this.base, this.baseText] = [base, sent];
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.save(), SAVE);
        return;
      }
      this.editor.setText(text);
    }
    [this.base, this.baseText] = [digest, text ?? sent];
    if (!this.isSaved) return;
    this.say('Saved');
    if (this.hasFailed) localStorage.removeItem(UNSAVED);
    this.hasFailed = false;
  }

  async decide(digest, theirs) {
    this.asking = true;
    const text = made('pre', { textContent: theirs, tabIndex: 0 });
    const body = [made('p', { textContent: words('Somebody else, or another program, has changed the same lines of this file. This is the file now:') }), text];
    const chosen = await ask('Which text is right?', body, ['Keep what I wrote', 'Take the other one']);
    this.asking = false;
    if (!chosen) { // both stay as they are
      byId('saved').append(' ', button('Which text is right?', () => this.save()));
      return;
    }
    [this.base, this.baseText] = [digest, theirs]; // if nobody has changed it again
    if (chosen === 'Take the other one') {
      this.editor.setText(theirs);
      this.isSaved = true;
      this.say('Saved');
    } else {
      await this.save();
    }
  }

  saveNow() {
    if (this.isSaved) return;
    if (this.hasFailed) this.keepUnsaved();
    last('save', this.data(this.editor.text));
  }

  // The way back survives the end of the desk, with the text that it leads back from. A window in
  // which nobody has written leaves that of another one. A text that is saved need not be sent again.
  keep() {
    const kept = this.hasWritten && this.editor.kept();
    if (!kept) return;
    const { text } = this.editor;
    const data = JSON.stringify(text === this.baseText ? { base: this.base, kept } : { text, kept });
    if (data.length < MOST_KEPT) last('kept', data);
  }

  // Somebody else has saved the file.
  elsewhere({ digest, windows }) {
    byId('others').hidden = windows < 2;
    if (digest && digest !== this.base && !this.saving && this.isSaved) this.save();
  }

  show(state) {
    this.editor.show(state.findings.filter(({ file, line }) => file === state.source && line));
    clearTimeout(this.learner);
    this.learner = setTimeout(async () => {
      const answer = await fetch('words');
      if (answer.ok) this.known = await answer.json();
    }, 1000);
  }

  mend({ line, column, length, mend, code }) {
    if (code === 'missing-image') {
      this.choosePicture((file) => this.replacePicture(file, line, column));
      return;
    }
    const from = this.editor.placeOf(line, column);
    this.editor.replace(from, from + length, mend);
  }

  // What can follow the text before the cursor.
  complete(before, doc, number) {
    const { ids, works, terms, keys } = this.known;
    let typed = before.match(/(?:^|[^\w@])@([\w:-]*)$/);
    if (typed) return { typed: typed[1], options: [...ids, ...works] };
    typed = before.match(/\]\(#([\w:-]*)$/);
    if (typed) return { typed: typed[1], options: ids };
    typed = before.match(/^\s*:::+ *([a-z-]*)$/);
    if (typed) return { typed: typed[1], options: CONTAINERS.map((name) => [name, '']) };
    typed = before.match(/^([a-z_]+)$/);
    if (typed && number < 60 && inFront(doc, number)) return { typed: typed[1], options: keys };
    typed = before.match(/(?:^|\s)(\p{L}{3,})$/u);
    const begun = typed && terms.filter(([name]) => name.startsWith(typed[1]) && name !== typed[1]);
    return begun?.length ? { typed: typed[1], options: begun } : null;
  }

  around([before, after, word]) {
    const { from, to, text } = this.editor.selection;
    if (text.startsWith(before) && text.endsWith(after) && text.length > before.length + after.length) {
      this.editor.replace(from, to, text.slice(before.length, -after.length));
      return;
    }
    const inner = text.trim() || words(word);
    const [, space = ''] = text.match(/(\s*)$/) || [];
    const whole = text.trim() ? before + text.trimEnd() + after + space : before + inner + after;
    this.editor.replace(from, to, whole, before.length, whole.length - after.length - (text.trim() ? space.length : 0));
  }

  // Select the first words that are to be typed over.
  goToFirst() {
    const { text } = this.editor;
    const [{ length }] = text.match(BEFORE_TEXT);
    const { from, to } = wordsAt(text.slice(length).split('\n', 1)[0], 0);
    this.editor.replace(length + from, length + from, '', 0, to - from);
  }

  // A gap, of what is selected; rows of underscores are gaps to which an answer is added.
  gap() {
    const { from, to, text } = this.editor.selection;
    const before = text ? '' : this.editor.slice(Math.max(0, from - 80), from).match(ROW_END)[0];
    const after = text ? '' : this.editor.slice(to, to + 80).match(ROW_START)[0];
    const whole = before + text + after;
    const answer = words('answer');
    const asked = whole.replace(ROWS, (row) => `${row.replaceAll('\\', '').padEnd(4, '_')}{${answer}}`);
    if (asked === whole) {
      this.around(AROUND.Gap);
      return;
    }
    const start = asked.indexOf(`{${answer}}`) + 1;
    this.editor.replace(from - before.length, to + after.length, asked, start, start + answer.length);
  }

  lines(mark) {
    const { from, to } = this.editor.selection;
    const head = this.editor.slice(0, from).lastIndexOf('\n') + 1;
    const text = this.editor.slice(head, to);
    let number = 0;
    const marked = text.split('\n').map((line) => {
      if (line.startsWith(mark) && mark !== '1. ') return line.slice(mark.length);
      number += 1;
      return (mark === '1. ' ? `${number}. ` : mark) + line;
    }).join('\n');
    this.editor.replace(head, to, marked);
  }

  // A block of its own, after the line that the cursor is in.
  block(text, at = this.editor.selection.to) {
    const whole = this.editor.text;
    const lineEnd = (from) => (whole.indexOf('\n', from) + 1 || whole.length + 1) - 1;
    const { to: end } = partsAt(whole, lineEnd(at), text.startsWith('::: exercise'));
    const before = this.editor.slice(Math.max(0, end - 2), end);
    const gap = !before || before === '\n\n' ? '' : before.endsWith('\n') ? '\n' : '\n\n';
    const after = this.editor.slice(end, end + 2) === '\n\n' ? '' : '\n';
    const [head, chosen = '', tail = ''] = text.split('¦');
    const start = gap.length + head.length;
    this.editor.replace(end, end, `${gap}${head}${chosen}${tail}${after}`, start, start + chosen.length);
  }

  // Text that was copied with its looks is brought in as a file would be; without them if that fails.
  async paste(page, plain) {
    this.say('Reading …');
    const { text, told, failed } = await send('pasted', `<meta charset="utf-8">${page.replace(COPIED_TITLE, '')}`).catch((error) => ({ text: plain, failed: error }));
    this.say(this.isSaved ? 'Saved' : '…');
    const { from, to } = this.editor.selection;
    const isBlock = /\n|^([#>|]|[-*+] |\d+[.)] )/.test(text);
    const before = this.editor.slice(Math.max(0, from - 2), from);
    const after = this.editor.slice(to, to + 2);
    const head = isBlock && before && !before.endsWith('\n\n') ? '\n\n'.slice(Number(before.endsWith('\n'))) : '';
    const tail = isBlock && after && after !== '\n\n' ? '\n\n'.slice(Number(after.startsWith('\n'))) : '';
    this.editor.replace(from, to, head + text + tail, head.length + text.length);
    if (failed) problem(failed);
    else if (told) ask('What was brought in', broughtIn(told));
  }

  async addPicture(file, at) {
    const picture = made('img', { alt: '', width: 120 });
    const reader = new FileReader();
    reader.onload = () => { picture.src = reader.result; };
    reader.readAsDataURL(file);
    const { chosen, written } = await askPicture(picture, {}, ['Put it in', 'Cancel']);
    if (chosen !== 'Put it in') return;
    try {
      const path = await send('picture', file, { name: file.name || 'picture.png' });
      this.block(written(path.replaceAll(' ', '%20')), at ?? undefined);
    } catch (error) { problem(error); }
  }

  // The picture that the cursor is in.
  pictureHere() {
    const { from, to } = this.editor.selection;
    const start = this.editor.slice(0, from).lastIndexOf('\n') + 1;
    const [line] = this.editor.slice(start, to + 4096).split('\n', 1);
    for (const { 0: all, index, groups } of line.matchAll(PICTURE)) {
      const begin = start + index;
      if (begin <= from && to <= begin + all.length) return { begin, end: begin + all.length, ...groups };
    }
    return null;
  }

  async picture() {
    const here = this.pictureHere();
    if (!here) {
      this.choosePicture();
      return;
    }
    const name = made('p', { className: 'hint', textContent: decodeURI(here.file) });
    const { chosen, written } = await askPicture(name, here, ['Use these', 'Another picture …', 'Remove', 'Cancel']);
    if (chosen === 'Use these') this.editor.replace(here.begin, here.end, written(here.file));
    if (chosen === 'Remove') this.editor.replace(here.begin, here.end, '');
    if (chosen !== 'Another picture …') return;
    this.choosePicture(async (file) => {
      try {
        const path = await send('picture', file, { name: file.name });
        this.editor.replace(here.begin, here.end, written(path.replaceAll(' ', '%20')));
      } catch (error) { problem(error); }
    });
  }

  choosePicture(then = (file) => this.addPicture(file)) {
    const input = made('input', { type: 'file', accept: 'image/*' });
    input.addEventListener('change', () => input.files[0] && then(input.files[0]));
    input.click();
  }

  // Another file for a picture, or for a cover, which keeps its words.
  async replacePicture(file, line, column) {
    const from = this.editor.placeOf(line, column);
    const named = /\]\(<?([^)>\s"]*)|^(?:cover|image): *(\S+)/d.exec(this.editor.slice(from, this.editor.placeOf(line, Infinity)));
    const [start, end] = named?.indices.find((each, number) => number && each) || [];
    if (!named) return;
    try {
      const path = await send('picture', file, { name: file.name });
      this.editor.replace(from + start, from + end, path.replaceAll(' ', '%20'));
    } catch (error) { problem(error); }
  }

  // A reference to a heading, an exercise, a picture or a table that has a name.
  async reference() {
    const choice = made('select', { size: 8, required: true }, ...this.known.ids.map(([name, label]) => (
      made('option', { value: name, textContent: `${label} (${name})` })
    )));
    const body = [field(words('Lead readers to'), choice)];
    if (await ask('A reference', body, ['Put it in', 'Cancel']) !== 'Put it in' || !choice.value) return;
    const { from, to, text } = this.editor.selection;
    this.editor.replace(from, to, text ? `[${text}](#${choice.value})` : `@${choice.value}`);
  }

  tools() {
    const tools = byId('tools');
    tools.append(
      ...Object.entries(AROUND).slice(0, 2).map(([name, marks]) => button(name, () => this.around(marks))),
      ...Object.entries(LINES).map(([name, mark]) => button(name, () => this.lines(mark))),
      button('Table', () => this.block(blockOf('Table'))),
      button('Picture', () => this.picture(), { title: words('In the words of a picture: its size and its words.') }),
      button('Exercise …', () => this.exercise()),
      button('Gap', () => this.gap(), { title: words(AROUND.Gap[4]) }),
      button('Reference', () => this.reference()),
      button('Undo', () => this.editor.undo()),
      button('Redo', () => this.editor.redo()),
      button('Signs …', explainSigns),
    );
    // One stop of the Tab key; arrows lead from button to button.
    const all = [...tools.children];
    const stopAt = (one) => all.forEach((each) => { each.tabIndex = each === one ? 0 : -1; });
    stopAt(all[0]);
    tools.addEventListener('focusin', (event) => stopAt(event.target));
    tools.addEventListener('keydown', (event) => {
      const forward = document.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
      const step = { [forward]: 1, Home: -Infinity, End: Infinity }[event.key] ?? (/^Arrow(Left|Right)$/.test(event.key) && -1);
      if (!step) return;
      event.preventDefault();
      const at = all.indexOf(event.target) + step;
      all.at(Number.isFinite(at) ? at % all.length : -Number(at > 0)).focus();
    });
  }

  async exercise() {
    const kinds = Object.keys(BLOCKS).slice(1);
    const { from, to } = partsAt(this.editor.text, this.editor.selection.from, true);
    const actions = from < to ? ['Remove this one', 'Cancel'] : ['Cancel'];
    const chosen = await ask('Exercise', [made('p', { textContent: words('Which kind? You write your own words over the example.') })], [...kinds, ...actions]);
    if (kinds.includes(chosen)) this.block(blockOf(chosen));
    if (chosen === 'Remove this one') this.editor.replace(from, to + this.editor.slice(to, to + 2).match(/^\n*/)[0].length, '');
  }
}

const CONTAINERS = ['exercise', 'answer', 'lines', 'space', 'matching', 'ordering', 'word-bank', 'teacher', 'note', 'tip', 'warning', 'columns', 'summary', 'glossary'];

function inFront(doc, number) {
  if (doc.line(1).text.trim() !== '---') return false;
  for (let line = 2; line < number; line += 1) if (/^(---|\.\.\.)\s*$/.test(doc.line(line).text)) return false;
  return true;
}

// Parts in which no other belongs.
const WHOLE = /^ *(?:answer|lines|matching|ordering|space|word-bank)\b/;

// The parts (from ":::" to ":::") that a place is in: all of them, since exercises stand side by side, or
// those in which nothing else belongs.
function partsAt(text, at, isExercise) {
  const open = []; // whether parts are to be left
  let from = at;
  for (const { 0: line, 1: name, index } of text.matchAll(/^ *:::+(.*)$/gm)) {
    if (index > at && !open.includes(true)) break;
    if (!open.includes(true)) from = index;
    if (name.trim()) open.push(isExercise || WHOLE.test(name));
    else if (open.pop() && index + line.length >= at && !open.includes(true)) return { from, to: index + line.length };
  }
  return { from: at, to: at };
}

// The keys that every word processor has; those of an open text are added.
const KEYS = {
  n: () => newSource(),
  o: () => byId('file-button').click(),
  s() {},
  p: () => ask('Print and hand out', [made('p', { textContent: words('Open a text first, or begin one.') })]),
};
addEventListener('keydown', (event) => {
  const action = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
  if (!action || byId('dialog').open) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}, true);

let writing = null;

async function begin() {
  fillSources();
  if (!source) return;
  const [view, answer] = await Promise.all([import('./preview.js'), fetch('text')]);
  if (!answer.ok) {
    problem(new Error(await answer.text()));
    return;
  }
  const { text, digest, kept } = await answer.json();
  let quiet = 0; // until when scrolls are our own
  const editor = await makeEditor({
    parent: byId('editor'),
    label: words('Text'),
    text: kept ? kept.text : text,
    words,
    kept: kept?.kept,
    changed: (isRemote) => writing?.changed(isRemote),
    complete: (...place) => writing?.complete(...place),
    mend: (finding) => writing.mend(finding),
    inWords: sayFinding,
    settings: () => byId('front-button').click(),
    scrolled(line) {
      if (performance.now() < quiet || !byId('together').checked) return;
      quiet = performance.now() + 300;
      view.show('', line);
    },
  });
  editor.setText(text); // with what others have changed since
  writing = new Writing(editor, { digest, text }, view);
  writing.tools();
  let told = '';
  Object.assign(view.desk, {
    inWords: sayFinding,
    mend: (finding) => writing.mend(finding),
    go(file, line) {
      if (file) return;
      document.querySelector('#tabs [data-tab="write"]').click(); // else it is hidden on a phone
      editor.goToLine(line);
    },
    follow(file, line) {
      if (file || performance.now() < quiet) return;
      quiet = performance.now() + 300;
      editor.goToLine(line, false);
    },
    hear({ state, desk }) {
      writing.elsewhere(desk);
      const news = JSON.stringify(state.findings) + state.number;
      if (news === told) return;
      told = news;
      writing.show(state);
      if (!state.doing) fillSources();
    },
  });
  if (view.desk.last) view.desk.hear(view.desk.last);
  view.tellFindings();
  for (const box of byId('views').querySelectorAll('input')) box.checked = box.value === 'pdf';
  view.chooseViews();
  addEventListener('paste', (event) => {
    if (byId('dialog').open || !event.clipboardData) return;
    const html = event.clipboardData.getData('text/html'); // none if the keys with Shift are pressed
    const page = byId('editor').contains(event.target) && LOOKS.test(html) && html;
    const picture = [...event.clipboardData.files].find((file) => file.type.startsWith('image/'));
    if (!page && !picture) return;
    event.preventDefault();
    event.stopPropagation();
    const plain = event.clipboardData.getData('text/plain');
    if (picture && !(page && plain)) writing.addPicture(picture); // browsers copy an <img> with it
    else writing.paste(page, plain);
  }, true);
  addEventListener('beforeunload', (event) => {
    if (!writing.isSaved) event.preventDefault();
  });
  const lost = localStorage.getItem(`told ${key}`);
  if (lost) {
    const open = button('What was brought in …', async () => {
      if (await ask('What was brought in', broughtIn(lost), ['Close', 'Hide this']) !== 'Hide this') return;
      localStorage.removeItem(`told ${key}`);
      open.remove();
    });
    byId('front-button').before(open);
  }
  const { handOut } = await import('./hand_out.js');
  byId('hand-out-button').addEventListener('click', () => handOut(writing));
  const { settings } = await import('./settings.js');
  byId('front-button').addEventListener('click', () => settings(writing));
  Object.assign(KEYS, {
    b: () => writing.around(AROUND.Bold),
    i: () => writing.around(AROUND.Italic),
    p: () => byId('hand-out-button').click(),
    s: () => writing.save(),
  });
  if (location.hash === NEW) {
    history.replaceState(null, '', location.pathname);
    writing.goToFirst();
  } else if (matchMedia('(pointer: fine)').matches && document.activeElement === document.body) editor.focus();
  document.body.dataset.ready = 'yes';
  await writing.offerUnsaved();
}

begin();
