// The settings of a text in a form.

import { ask, field, send } from './desk.js';
import { made, words } from './elements.js';

const CHOICES = {
  primary: 'Primary school', secondary: 'Secondary school', adult: 'Adults', classic: 'Classic', modern: 'Modern', plain: 'Plain',
  auto: 'Where it helps', always: 'Yes', never: 'No', foot: 'At the foot of the page', margin: 'In the margin', end: 'At the end',
  none: 'Nowhere', page: 'One page', chapters: 'A page for each chapter',
};
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

function control({ kind, choices, value }) {
  if (kind === 'choice' || kind === 'yes') {
    const offered = kind === 'yes' ? [['true', words('Yes')], ['false', words('No')]] : choices.map((name) => [name, words(CHOICES[name] || name)]);
    const select = made('select', {}, made('option', { value: '', textContent: words('As usual') }), ...offered.map(([name, label]) => (
      made('option', { value: name, textContent: label })
    )));
    if (value && !offered.some(([name]) => name === value)) select.append(made('option', { value, textContent: value }));
    select.value = value || '';
    return select;
  }
  return made('input', { value: value || '', autocomplete: 'off' });
}

export async function settings(writing) {
  const fields = await send('front', writing.editor.text);
  const shown = fields.filter((each) => !each.elsewhere);
  const body = shown.map((each) => {
    const box = field(words(each.name), control(each), each.about && words(each.about));
    return Object.assign(box, { setting: each });
  });
  const grouped = [...new Set(shown.map(({ group }) => group))].map((group) => {
    const boxes = body.filter(({ setting }) => setting.group === group);
    return group ? made('details', {}, made('summary', { textContent: words(group) }), ...boxes) : made('div', {}, ...boxes);
  });
  const rest = fields.filter((each) => each.elsewhere).map((each) => words(each.name)).join(', ');
  const note = rest ? [made('p', { className: 'hint', textContent: `${words('Written in the text, with parts of their own:')} ${rest}` })] : [];
  if (await ask('Title and settings', [...grouped, ...note], ['Use these', 'Cancel']) !== 'Use these') return;
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
