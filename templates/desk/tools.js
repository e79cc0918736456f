// The settings of a text in a form, and what can be done with the views.

import { ask, button, field, made, send, words } from './desk.js';

const PLAIN = /^[\p{L}\d][\p{L}\d .'\-/+()]*$/u; // YAML takes it as it is
const NO_TEXT = /^(true|false|yes|no|on|off|null|~)$/i;
const written = (value) => (PLAIN.test(value) && !NO_TEXT.test(value) && !value.endsWith(' ') ? value : JSON.stringify(value));

// The text with another value of a setting, or without it.
function withSetting(text, key, value) {
  const front = text.match(/^---[ \t]*\n([\s\S]*?)^(---|\.\.\.)[ \t]*$/m);
  const line = value === '' ? '' : `${key}: ${value}\n`;
  if (!front || front.index) return line ? `---\n${line}---\n\n${text}` : text;
  const lines = front[1].split(/(?<=\n)/);
  const at = lines.findIndex((each) => each.startsWith(`${key}:`));
  let end = at + 1;
  while (at >= 0 && end < lines.length && /^[\s-]/.test(lines[end]) && lines[end].trim()) end += 1;
  if (at >= 0) lines.splice(at, end - at, line);
  else lines.push(line);
  const begin = text.indexOf('\n') + 1;
  return text.slice(0, begin) + lines.join('') + text.slice(begin + front[1].length);
}

function control({ kind, choices, value, example }) {
  if (kind === 'choice' || kind === 'yes') {
    const offered = kind === 'yes' ? [['true', words('Yes')], ['false', words('No')]] : choices.map((name) => [name, words(name)]);
    const select = made('select', {}, made('option', { value: '', textContent: words('As usual') }), ...offered.map(([name, label]) => (
      made('option', { value: name, textContent: label })
    )));
    if (value && !offered.some(([name]) => name === value)) select.append(made('option', { value, textContent: value }));
    select.value = value || '';
    return select;
  }
  return made('input', { value: value || '', placeholder: example ? String(example) : '', autocomplete: 'off' });
}

export async function settings(writing) {
  const fields = await send('front', writing.editor.text);
  const shown = fields.filter((each) => !each.elsewhere);
  const body = shown.map((each) => {
    const box = field(words(each.name), control(each), words(each.about));
    return Object.assign(box, { setting: each });
  });
  const rest = fields.filter((each) => each.elsewhere).map((each) => words(each.name)).join(', ');
  const note = rest ? [made('p', { className: 'hint', textContent: `${words('Written in the text, with parts of their own:')} ${rest}` })] : [];
  if (await ask('Title and settings', [...body, ...note], ['Use these', 'Cancel']) !== 'Use these') return;
  let { text } = writing.editor;
  for (const { control: input, setting } of body) {
    const value = input.value.trim();
    if (value === (setting.value || '')) continue;
    const isList = setting.kind === 'list' || (setting.key.startsWith('author') && value.includes(','));
    const entries = value.split(',').map((entry) => entry.trim()).filter(Boolean);
    text = withSetting(text, setting.key, value && isList ? `[${entries.map(written).join(', ')}]` : value && written(value, setting));
  }
  writing.editor.setText(text, true);
  writing.editor.focus();
}

// --- views -----------------------------------------------------------------------------------

function bar(pane, label, ...inside) {
  const box = made('div', { className: 'tools', role: 'group' }, ...inside);
  box.setAttribute('aria-label', words(label));
  pane.element.querySelector('header').append(box);
  return box;
}

export function tools({ panes }) {
  const { pdf, html, epub } = panes;
  let zoom = 1;
  const enlarge = (by) => {
    zoom = Math.min(4, Math.max(0.25, zoom * by));
    pdf.leave();
    pdf.view.style.setProperty('--zoom', zoom);
    pdf.comeBack();
  };
  const turn = (number) => pdf.figures[Math.min(Math.max(0, number), pdf.figures.length - 1)]?.scrollIntoView({ block: 'start' });
  const now = () => Number(pdf.element.querySelector('.page').textContent.match(/\d+/)) - 1;
  const page = made('input', { inputMode: 'numeric', size: 3 });
  page.setAttribute('aria-label', words('Go to page'));
  page.addEventListener('change', () => turn(Number(page.value) - 1));
  const small = made('div', { className: 'thumbnails', role: 'group', hidden: true });
  small.setAttribute('aria-label', words('Small pages'));
  pdf.view.before(small);
  const fill = () => {
    if (small.hidden) return;
    small.replaceChildren(...pdf.figures.slice(0, 200).map((figure, number) => {
      const image = made('img', { loading: 'lazy', alt: '', src: `page/${pdf.path}/${number}?width=90` });
      const press = made('button', { type: 'button' }, image, `${number + 1}`);
      press.addEventListener('click', () => turn(number));
      return press;
    }));
  };
  const toggle = button('Small pages', () => {
    small.hidden = !small.hidden;
    toggle.setAttribute('aria-pressed', String(!small.hidden));
    fill();
  }, { ariaPressed: 'false' });
  new MutationObserver(fill).observe(pdf.element, { attributeFilter: ['data-digest'] });
  const named = (sign, name, action) => button(sign, action, { ariaLabel: words(name), title: words(name) });
  bar(pdf, 'Pages', named('◂', 'Page before', () => turn(now() - 1)), page, named('▸', 'Next page', () => turn(now() + 1)),
    named('−', 'Smaller', () => enlarge(0.8)), named('+', 'Larger', () => enlarge(1.25)), toggle);

  const width = made('select', {}, ...['As wide as it is', 'Tablet', 'Phone'].map((label, number) => (
    made('option', { value: ['', 'tablet-width', 'phone-width'][number], textContent: words(label) })
  )));
  width.setAttribute('aria-label', words('Width of the screen'));
  width.addEventListener('change', () => {
    html.leave();
    html.view.classList.remove('tablet-width', 'phone-width');
    if (width.value) html.view.classList.add(width.value);
    html.comeBack();
  });
  bar(html, 'Screen', width);

  let size = 100;
  const resize = (by) => {
    size = Math.min(300, Math.max(50, size + by));
    epub.leave();
    for (const frame of epub.view.querySelectorAll('iframe')) frame.contentDocument.documentElement.style.fontSize = `${size}%`;
    epub.comeBack();
  };
  new MutationObserver(() => resize(0)).observe(epub.element, { attributeFilter: ['data-digest'] });
  bar(epub, 'Size of the type', named('−', 'Smaller type', () => resize(-20)), named('+', 'Larger type', () => resize(20)));

  let at = -1; // the finding that was shown last
  const step = (by) => {
    const buttons = [...document.querySelectorAll('#findings-list li')].map((item) => item.querySelector('button')).filter(Boolean);
    if (!buttons.length) return;
    at = (at + by + buttons.length) % buttons.length;
    buttons[at].click();
  };
  addEventListener('keydown', (event) => {
    if (event.key !== 'F8') return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  });
  document.getElementById('findings').prepend(made('div', { className: 'tools' },
    named('▴', 'Finding before (Shift F8)', () => step(-1)), named('▾', 'Next finding (F8)', () => step(1))));
}
