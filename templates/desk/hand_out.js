// Printing and handing out: each button runs a command, whose files are then here.

import { ask, field, sayFinding, send, tableOf, tell } from './desk.js';
import { button, made, words } from './elements.js';

const PRINTED = {
  handout: 'A4', letter: 'US Letter', 'large-print': 'Large print', greyscale: 'Greyscale, to save ink',
  booklet: 'Booklet, to fold and staple', 'greyscale-booklet': 'Booklet in greyscale', '2-up': 'Two pages on each side', '4-up': 'Four pages on each side',
  teacher: 'For the teacher: with the answers in place', answers: 'For the teacher: the answers alone',
};
const PUPILS = { handout: 'Pages to print (PDF)', form: 'To fill in on screen (PDF)', word: 'Word', web: 'Web page', ebook: 'E-book' };
const TEACHER = { answers: 'The answers alone (PDF)', teacher: 'With the answers in place (PDF)', 'teacher-word': 'Word, with the answers' };
const PLATFORMS = { moodle: 'Moodle', qti: 'Canvas, Ilias and others (QTI)', h5p: 'H5P', gift: 'GIFT', anki: 'Anki', csv: 'Kahoot and Quizlet (a table)' };
const prices = JSON.parse(localStorage.getItem('prices') || '{}');

// How large files are, for those who send them.
function sizeOf(sizes) {
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const [unit, shown] = bytes < 1e6 ? ['kilobyte', Math.ceil(bytes / 1e3)] : ['megabyte', bytes / 1e6];
  return `(${shown.toLocaleString(document.documentElement.lang, { style: 'unit', unit, maximumFractionDigits: 1 })})`;
}

const choice = (kinds) => made('select', {}, ...Object.entries(kinds).map(([value, label]) => (
  made('option', { value, textContent: words(label) })
)));

function boxes(kinds, checked) {
  return Object.entries(kinds).map(([value, label]) => {
    const input = made('input', { type: 'checkbox', value, checked: checked.includes(value) });
    return made('label', { className: 'plain' }, input, ` ${words(label)} `);
  });
}
const ticked = (labels) => labels.map((label) => label.firstChild).filter((box) => box.checked).map((box) => box.value);

function part(title, hint, ...inside) {
  return made('section', {}, made('h3', { textContent: words(title) }), made('p', { className: 'hint', textContent: words(hint) }), ...inside);
}

export async function handOut(writing) {
  const stem = document.body.dataset.source.replace(/^.*\/|\.md$/g, '');
  const save = (link) => link.click();
  // Say what was found: the words, and the way to its line.
  function listOf(findings) {
    return made('ul', {}, ...findings.map((finding) => {
      const go = () => {
        document.getElementById('dialog').close();
        writing.editor.goToLine(finding.line);
      };
      const isHere = finding.line && finding.source.endsWith(`/${document.body.dataset.source}`);
      const show = isHere ? [button(`${words('Show line')} ${finding.line}`, go)] : [];
      return made('li', {}, sayFinding({ text: '', ...finding }), ' ', ...show);
    }));
  }
  // Build, and offer what was made. The text is saved before.
  async function make(editions, name, then = () => {}) {
    if (!editions.length) {
      tell(words('Tick at least one.'));
      return;
    }
    tell(words('Making …'));
    try {
      await writing.save();
      const { files, findings } = await send('hand-out', JSON.stringify(editions));
      const errors = findings.filter(({ severity }) => severity === 'error');
      if (errors.length) {
        tell(words('To mend before anything is made:'), listOf(errors));
        return;
      }
      const all = Object.assign({}, ...Object.values(files));
      const [first, ...others] = Object.keys(all); // several of a text with levels or versions
      const file = name || (others.length && then === save ? `${stem}-${editions[0]}.zip` : first);
      if (!first) throw new Error(words('There is nothing of this kind in the text.'));
      const link = made('a', { href: `made/${editions.join()}/${encodeURIComponent(file)}`, textContent: `${words('Open')} ${file}`, target: '_blank' });
      if (then === save) Object.assign(link, { download: file, textContent: file });
      const notes = findings.length ? [made('p', { textContent: words('To look at:') }), listOf(findings)] : [];
      tell(words(then === save ? 'It is in your downloads:' : 'Here it is:'), link, `${sizeOf(Object.values(all))} `, ...notes);
      then(link);
    } catch (error) { tell(error.message); }
  }

  const how = choice(PRINTED);
  const number = (name, label, hint) => {
    const input = made('input', { inputMode: 'decimal', value: prices[name] || '', pattern: '\\d*([.,]\\d+)?', autocomplete: 'off' });
    input.addEventListener('change', () => {
      prices[name] = input.value.trim();
      localStorage.setItem('prices', JSON.stringify(prices));
    });
    return field(words(label), input, hint && words(hint));
  };
  const numbers = [
    number('copies', 'Copies'),
    number('paper-price', 'Price of a sheet of paper'),
    number('page-price', 'Price of printing a side'),
  ];
  const facts = made('div', { tabIndex: 0, hidden: true, role: 'group', ariaLabel: words('Paper and cost') });
  const price = (amount) => Number(amount).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 2 });
  async function cost() {
    tell(words('Counting …'));
    try {
      await writing.save();
      const answer = await fetch(`facts?${new URLSearchParams({ ...prices, edition: how.value })}`);
      if (!answer.ok) throw new Error(await answer.text());
      const { paper, sheets, ink, duplex, simplex } = await answer.json();
      const row = (label, one, all) => (one === null ? [] : [[words(label), all ? all.sheets : one * (Number(prices.copies) || 1), all ? price(all.total) : '']]);
      const rows = [['', words('Sheets'), words('Price')], ...row('On both sides', sheets.duplex, duplex), ...row('On one side', sheets.simplex, simplex)];
      const pages = `${words('Pages')}: ${sheets.pages} (${paper}). ${words('Ink on a page')}: ${(100 * ink.grey).toFixed(1)} %`;
      facts.replaceChildren(made('p', { textContent: pages }), tableOf(rows));
      facts.hidden = false;
      tell('');
    } catch (error) { tell(error.message); }
  }
  // A browser may not allow a new tab so long after the press: the link is there, too.
  const print = () => make([how.value], '', (link) => {
    window.open(link.href, '_blank');
    link.focus();
  });
  const pupils = boxes(PUPILS, ['handout']);
  const teacher = boxes(TEACHER, ['answers']);
  const platform = choice(PLATFORMS);
  await ask('Print and hand out', [
    part('Print', 'Opens the pages; print them from there.',
      field(words('Paper and form'), how), made('div', { className: 'row' }, ...numbers), facts,
      made('p', { className: 'buttons' }, button('Open to print', print, { className: 'main' }), button('Paper and cost', cost))),
    part('For pupils', 'A file without the answers, in no form: Chapbook looks for them in everything that it makes.',
      ...pupils, made('p', { className: 'buttons' }, button('Save for pupils', () => {
        const chosen = ticked(pupils);
        make(chosen, chosen.length > 1 || chosen.includes('web') ? `pupils-${stem}.zip` : '', save);
      }))),
    part('For the teacher', 'The answers, in a file of their own.',
      ...teacher, made('p', { className: 'buttons' }, button('Save for the teacher', () => {
        const chosen = ticked(teacher);
        make(chosen, chosen.length > 1 ? `teacher-${stem}.zip` : '', save);
      }))),
    part('For a learning platform', 'The exercises as questions that a platform marks by itself. They hold the answers: bring them in as a teacher.',
      field(words('Platform'), platform, words('In Moodle: Question bank, Import, Moodle XML format. Others have an “Import”, too.')), made('p', { className: 'buttons' }, button('Save the questions', () => make([platform.value], '', save)))),
    part('On the web', 'A folder for your web space, without the answers: unpack it there.',
      made('p', { className: 'buttons' }, button('Save the web page', () => make(['web'], `pupils-${stem}-web.zip`, save)))),
  ]);
}
