// The editor: CodeMirror if it is installed, or else a plain field with the same functions.

const BLOCK = 4096; // letters that are compared at once

// The smallest change that makes one text another.
export function change(before, after) {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head + BLOCK < shorter && before.startsWith(after.slice(head, head + BLOCK), head)) head += BLOCK;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail + BLOCK < shorter - head && before.endsWith(after.slice(after.length - tail - BLOCK, after.length - tail), before.length - tail)) tail += BLOCK;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) };
}

// The marks before the words of a line, and a name or settings behind them.
const MARKS = /^\s*(?:(?:#{1,6}|>|[-*+]|\w+[.)]|[([][ x][)\]]|!\[|:{3,} *[a-z-]+)(?: +|$))*/;
const NAMED = /\s*(?:\{(?:[#.:]|[\w-]+=)[^{}]*\}\s*)?$/;

// The words of a line that somebody types over, at a place in it: a cell of a table, or what is between marks.
export function wordsAt(line, place) {
  const isRow = /^\s*\|/.test(line);
  const first = isRow ? line.lastIndexOf('|', Math.max(0, Math.min(place, line.trimEnd().length - 1) - 1)) + 1 : line.match(MARKS)[0].length;
  const last = isRow ? line.indexOf('|', first) : line.search(NAMED);
  const words = line.slice(first, last < first ? undefined : last);
  const from = first + words.length - words.trimStart().length;
  return { from, to: Math.max(from, from + words.trim().length) };
}

const MOST_FRONT = 200; // lines of settings at the head

// Signs, of which a reader of the text need not think: the mark of a part with its kind or of a heading, the
// answer of a gap, names and settings, and boxes of choices, of which an x says nothing of the direction.
const SIGNS = /^ *(?<part>:{3,}(?: *[a-z-]+)?)|^(?<mark>#{1,6} )|(?<gap>_{2,})(?<answer>\{[^{}]+\})|(?<name>\{(?:[#.:]|[\w-]+=)[^{}]*\})|(?<=^ *[-*+] |\| *)(?<box>[([][ xX][)\]])/g;
// The kinds of parts in words.
const PARTS = {
  exercise: 'Exercise', answer: 'Answer', lines: 'Lines to write on', teacher: 'For the teacher only', matching: 'Matching',
  ordering: 'Ordering', 'word-bank': 'Words to choose from', space: 'Space to draw in',
};

export async function makeEditor(options) {
  let cm = null;
  try {
    cm = await import('./codemirror/index.js');
  } catch { /* it is not installed */ }
  return cm ? withColours(cm, options) : plain(options);
}

async function withColours(cm, options) {
  const { parent, label, text, kept, changed, scrolled, complete, mend, words } = options;
  const language = cm.languages.find((each) => each.name === 'Markdown');
  const put = cm.StateEffect.define();
  const marks = cm.StateField.define({
    create: () => ({ found: [], set: cm.Decoration.none }),
    update(value, transaction) {
      let { found, set } = value;
      if (transaction.docChanged) set = set.map(transaction.changes);
      for (const effect of transaction.effects) {
        if (!effect.is(put)) continue;
        found = effect.value;
        set = cm.Decoration.set(found.map((finding) => placed(transaction.state.doc, finding)).filter(Boolean), true);
      }
      return found === value.found && set === value.set ? value : { found, set };
    },
    provide: (field) => cm.EditorView.decorations.from(field, (value) => value.set),
  });
  function placed(doc, finding) {
    if (finding.line < 1 || finding.line > doc.lines) return null;
    const line = doc.line(finding.line);
    const from = Math.min(line.from + Math.max(0, finding.column - 1), line.to);
    const length = finding.column && finding.length > 1 ? finding.length : line.to - from;
    const to = Math.min(line.to, from + length);
    if (from === to) return null;
    return cm.Decoration.mark({ class: `finding ${finding.severity}`, finding }).range(from, to);
  }
  function findingAt(state, begin, end) {
    let found = null;
    state.field(marks).set.between(begin, end, (from, to, mark) => {
      found = { from, to, finding: mark.spec.finding };
    });
    return found;
  }
  // The settings at the head are folded away, since there is a form for them.
  const frontEnd = (doc) => {
    if (doc.line(1).text.trim() !== '---') return 0;
    for (let number = 2; number <= Math.min(doc.lines, MOST_FRONT); number += 1) {
      if (/^(---|\.\.\.)\s*$/.test(doc.line(number).text)) return number;
    }
    return 0;
  };
  const frontMarks = (doc) => cm.Decoration.set(Array.from({ length: frontEnd(doc) }, (_, number) => (
    cm.Decoration.line({ class: 'front' }).range(doc.line(number + 1).from)
  )));
  const front = cm.StateField.define({
    create: (state) => frontMarks(state.doc),
    update: (value, transaction) => (transaction.docChanged ? frontMarks(transaction.newDoc) : value),
    provide: (field) => cm.EditorView.decorations.from(field),
  });
  const foldFront = cm.foldService.of((state, from) => {
    const end = from ? 0 : frontEnd(state.doc);
    return end ? { from: state.doc.line(1).to, to: state.doc.line(end).to } : null;
  });
  const folding = cm.codeFolding({
    preparePlaceholder: (state, { from }) => from < 5 && state.doc.line(1).text.startsWith('---'),
    placeholderDOM(view, unfold, isFront) {
      const box = document.createElement('button');
      box.textContent = isFront ? words('Title and settings') : '…';
      box.setAttribute('aria-label', words(isFront ? 'Title and settings' : 'Show what is folded'));
      box.addEventListener('mousedown', (event) => { // the cursor stays in the text
        event.preventDefault();
        view.focus();
      });
      box.addEventListener('click', isFront ? options.settings : unfold);
      return box;
    },
  });
  class Quiet extends cm.WidgetType {
    constructor(text, about) { super(); Object.assign(this, { text, about }); }

    eq(other) { return this.text === other.text && this.about === other.about; }

    toDOM(view) {
      const box = document.createElement('span');
      box.addEventListener('mousedown', (event) => {
        event.preventDefault();
        select(view, view.posAtDOM(box), this.about);
      });
      return Object.assign(box, { className: 'quiet', textContent: this.text, title: this.about });
    }
  }
  // Select the words behind a sign, to be typed over: a title, or else the line below, which is added if
  // there is none. In a name is the cursor.
  function select(view, place, sign) {
    const { doc } = view.state;
    const line = doc.lineAt(place);
    const below = line.number < doc.lines ? doc.line(line.number + 1) : { text: ':::' };
    const [title, first] = [wordsAt(line.text, place - line.from), wordsAt(below.text, 0)];
    if (sign.startsWith('{')) view.dispatch({ selection: { anchor: place + sign.length - 1 } });
    else if (title.from < title.to) view.dispatch({ selection: { anchor: line.from + title.from, head: line.from + title.to } });
    else if (/^ *:::/.test(below.text)) view.dispatch({ changes: { from: line.to, insert: '\n' }, selection: { anchor: line.to + 1 } });
    else view.dispatch({ selection: { anchor: below.from + first.from, head: below.from + first.to } });
    view.focus();
  }
  // Three clicks select the words of a line, neither its marks nor its end.
  const threeClicks = cm.EditorView.mouseSelectionStyle.of((view, { detail }) => detail === 3 && {
    update() {},
    get({ clientX: x, clientY: y }) {
      const place = view.posAtCoords({ x, y }, false);
      const line = view.state.doc.lineAt(place);
      const { from, to } = wordsAt(line.text, place - line.from);
      return cm.EditorSelection.single(line.from + from, line.from + to);
    },
  });
  // Beside the cursor, signs are as they are written; elsewhere names are folded, and parts have words.
  function quiet(view) {
    const { doc, selection: { main } } = view.state;
    const found = [];
    for (const { from, to } of view.visibleRanges) {
      for (let line = doc.lineAt(from); ; line = doc.line(line.number + 1)) {
        const isHere = line.from <= main.to && line.to >= main.from;
        for (const { groups, index, 0: all } of line.text.matchAll(SIGNS)) {
          const end = line.from + index + all.length;
          const { part, mark, answer, name, box } = groups;
          const kind = part && PARTS[part.replace(/^:+ */, '')];
          const begin = end - (part || mark || answer || name || box).length;
          const inCode = () => /Code/.test(cm.syntaxTree(view.state).resolveInner(begin, 1).name);
          const isFolded = !isHere && (kind || name) && !findingAt(view.state, begin, end) && !inCode();
          const widget = isFolded && new Quiet(kind ? words(kind) : '{…}', part || name);
          found.push((widget ? cm.Decoration.replace({ widget }) : cm.Decoration.mark({ class: box ? 'box' : answer ? 'answer' : 'quiet' })).range(begin, end));
          if (mark) found.push(cm.Decoration.line({ class: 'heading' }).range(line.from));
        }
        if (line.to >= to) break;
      }
    }
    return cm.Decoration.set(found, true);
  }
  const signs = cm.ViewPlugin.fromClass(class {
    constructor(view) { this.set = quiet(view); }

    update({ docChanged, viewportChanged, selectionSet, transactions, view }) {
      if (docChanged || viewportChanged || selectionSet || transactions.some((each) => each.effects.length)) this.set = quiet(view);
    }
  }, { decorations: (plugin) => plugin.set });
  const said = cm.hoverTooltip((view, position) => {
    const found = findingAt(view.state, position, position);
    return found && {
      pos: found.from,
      end: found.to,
      create() {
        const dom = document.createElement('div');
        dom.className = 'said';
        dom.textContent = options.inWords(found.finding);
        if (found.finding.mend !== null) {
          const button = document.createElement('button');
          button.textContent = words('Mend it');
          button.addEventListener('click', () => mend(found.finding));
          dom.append(document.createElement('br'), button);
        }
        return { dom };
      },
    };
  });
  const source = (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const offered = complete(line.text.slice(0, context.pos - line.from), context.state.doc, line.number);
    return offered && {
      from: context.pos - offered.typed.length,
      options: offered.options.map(([name, detail]) => ({ label: name, detail: (detail || '').slice(0, 60) })),
    };
  };
  const foldOf = (doc) => cm.foldEffect.of({ from: doc.line(1).to, to: doc.line(frontEnd(doc)).to });
  // Settings that come back, by "Undo", come back folded.
  const foldAgain = cm.EditorState.transactionExtender.of(({ docChanged, newDoc, startState }) => (
    docChanged && frontEnd(newDoc) && !frontEnd(startState.doc) ? { effects: foldOf(newDoc) } : null
  ));
  const foldedFront = (state) => {
    const end = state.doc.line(1).to;
    let folded = 0;
    cm.foldedRanges(state).between(end, end, (from, to) => { if (from === end) folded = to; });
    return folded;
  };
  // "All" is the text, without the settings that are folded away.
  const selectText = {
    key: 'Mod-a',
    run(view) {
      const { doc } = view.state;
      const from = foldedFront(view.state);
      if (!from) return false;
      view.dispatch({ selection: { anchor: Math.min(from + 1, doc.length), head: doc.length }, userEvent: 'select' });
      return true;
    },
  };
  const extensions = [
    cm.EditorView.cspNonce.of(document.body.dataset.nonce),
    cm.basicSetup, // in which Tab leaves the editor, as those without a mouse need
    await language.load(),
    cm.EditorView.lineWrapping,
    cm.EditorView.perLineTextDirection.of(true),
    cm.EditorState.phrases.of(Object.fromEntries(['Find', 'Replace', 'next', 'previous', 'all', 'close'].map((word) => [word, words(word)]))),
    cm.EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'true', tabindex: '0' }),
    cm.EditorState.languageData.of(() => [{ autocomplete: source }]),
    front,
    foldFront,
    folding,
    foldAgain,
    cm.Prec.high(cm.keymap.of([selectText])),
    marks,
    signs,
    threeClicks,
    said,
    // Without a listener, Chromium may tell of a letter before it has moved the cursor behind it: on a
    // slow computer, the next letter would come before it.
    cm.EditorView.domEventHandlers({ input() {} }),
    cm.EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.transactions.some((each) => each.annotation(cm.Transaction.remote)));
    }),
  ];
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const colours = new cm.Compartment();
  const now = () => (dark.matches ? [cm.EditorView.theme({}, { dark: true }), cm.syntaxHighlighting(cm.oneDarkHighlightStyle)] : []);
  extensions.push(colours.of(now()));
  let state = null;
  if (kept) {
    try {
      state = cm.EditorState.fromJSON({ doc: text, ...kept }, { extensions }, { history: cm.historyField });
    } catch { /* of another version */ }
  }
  const view = new cm.EditorView({ state: state || cm.EditorState.create({ doc: text, extensions }), parent });
  dark.addEventListener('change', () => view.dispatch({ effects: colours.reconfigure(now()) }));
  const head = frontEnd(view.state.doc);
  if (head) {
    const { from } = view.state.doc.line(Math.min(head + 1, view.state.doc.lines));
    view.dispatch({
      effects: foldOf(view.state.doc),
      ...(view.state.selection.main.head < from && { selection: { anchor: from } }), // to write in the text
    });
  }
  view.scrollDOM.addEventListener('scroll', () => {
    const block = view.lineBlockAtHeight(view.scrollDOM.scrollTop + view.scrollDOM.clientHeight / 4);
    scrolled(view.state.doc.lineAt(block.from).number);
  }, { passive: true });
  return {
    get text() { return view.state.doc.toString(); },
    // What others have written is not to be undone here.
    setText(after, isOurs = false) {
      const changes = change(view.state.doc.toString(), after);
      const { remote, addToHistory } = cm.Transaction;
      view.dispatch({ changes, ...(!isOurs && { annotations: [remote.of(true), addToHistory.of(false)] }) });
    },
    get selection() {
      const { from, to } = view.state.selection.main;
      return { from, to, text: view.state.sliceDoc(from, to) };
    },
    slice: (from, to) => view.state.sliceDoc(from, to),
    placeOf(line, column) {
      const there = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      return Math.min(there.from + Math.max(0, column - 1), there.to);
    },
    replace(from, to, insert, start = insert.length, end = start) {
      const selection = { anchor: from + start, head: from + end };
      view.dispatch({ changes: { from, to, insert }, selection, scrollIntoView: true, userEvent: 'input' });
      view.focus();
    },
    goToLine(line, focus = true) {
      const at = this.placeOf(line, 1);
      view.dispatch({
        ...(focus && { selection: { anchor: at } }),
        effects: cm.EditorView.scrollIntoView(at, { y: 'center' }),
      });
      if (focus) view.focus();
    },
    placeAt: (x, y) => view.posAtCoords({ x, y }),
    show(found) { view.dispatch({ effects: put.of(found) }); },
    kept() {
      const { doc, ...rest } = view.state.toJSON({ history: cm.historyField });
      return rest;
    },
    undo() { cm.undo(view); view.focus(); },
    redo() { cm.redo(view); view.focus(); },
    focus: () => view.focus(),
    view,
  };
}

const A_PAUSE = 1000; // milliseconds without a key after which typing is another step of the way back

// The way back of a plain field: a browser's own is lost as soon as a script changes the text.
class Steps {
  constructor(text) { this.text = text; this.past = []; this.future = []; this.time = 0; }

  // Hear of a text that somebody here has typed, or that others have changed.
  hear(text, isOurs) {
    const { from, to, insert } = change(this.text, text);
    const step = { from, removed: this.text.slice(from, to), insert };
    this.text = text;
    if (!insert && from === to) return;
    if (!isOurs) {
      this.past = without(this.past, step);
      this.future = without(this.future, step);
      return;
    }
    const last = this.past.at(-1);
    const goesOn = last && performance.now() - this.time < A_PAUSE && !last.removed && !step.removed && from === last.from + last.insert.length;
    if (goesOn) last.insert += insert;
    else this.past.push(step);
    this.future = [];
    this.time = performance.now();
  }

  // The change that leads a step back, or forth again.
  take(from, to) {
    const step = from.pop();
    if (!step) return null;
    const back = { from: step.from, removed: step.insert, insert: step.removed };
    to.push(back);
    this.text = this.text.slice(0, back.from) + back.insert + this.text.slice(back.from + back.removed.length);
    this.time = 0;
    return back;
  }
}

// Steps as they are after others have changed the text; what they have changed is not led back.
function without(steps, { from, removed, insert }) {
  const kept = [];
  let at = from;
  for (const step of [...steps].reverse()) {
    const end = step.from + step.insert.length;
    if (at + removed.length <= step.from) kept.unshift({ ...step, from: step.from + insert.length - removed.length });
    else if (at >= end) {
      kept.unshift(step);
      at += step.removed.length - step.insert.length;
    } else break;
  }
  return kept;
}

function plain({ parent, label, text, changed, scrolled }) {
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('aria-label', label);
  parent.append(field);
  const steps = new Steps(field.value);
  const heard = (isOurs) => {
    steps.hear(field.value, isOurs);
    changed(!isOurs);
  };
  const lead = (from, to) => {
    const step = steps.take(from, to);
    field.focus();
    if (!step) return;
    field.setRangeText(step.insert, step.from, step.from + step.removed.length, 'end');
    changed(false);
  };
  const undo = () => lead(steps.past, steps.future);
  const redo = () => lead(steps.future, steps.past);
  field.addEventListener('input', () => heard(true));
  field.addEventListener('beforeinput', (event) => {
    if (!event.inputType.startsWith('history')) return;
    event.preventDefault();
    (event.inputType === 'historyUndo' ? undo : redo)();
  });
  field.addEventListener('keydown', (event) => {
    const key = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    (key === 'z' && !event.shiftKey ? undo : redo)();
  });
  const lineOf = (position) => field.value.slice(0, position).split('\n').length;
  field.addEventListener('keyup', () => scrolled(lineOf(field.selectionStart)));
  field.addEventListener('click', () => scrolled(lineOf(field.selectionStart)));
  return {
    get text() { return field.value; },
    setText(after, isOurs = false) {
      const { from, to, insert } = change(field.value, after);
      field.setRangeText(insert, from, to, 'preserve');
      heard(isOurs);
    },
    get selection() {
      const { selectionStart: from, selectionEnd: to } = field;
      return { from, to, text: field.value.slice(from, to) };
    },
    slice: (from, to) => field.value.slice(from, to),
    placeOf(line, column) {
      const lines = field.value.split('\n').slice(0, Math.max(0, line - 1));
      return Math.min(field.value.length, lines.join('\n').length + (line > 1) + Math.max(0, column - 1));
    },
    replace(from, to, insert, start = insert.length, end = start) {
      field.focus();
      field.setRangeText(insert, from, to);
      field.setSelectionRange(from + start, from + end);
      heard(true);
    },
    goToLine(line, focus = true) {
      if (!focus) return;
      const at = this.placeOf(line, 1);
      field.focus();
      field.setSelectionRange(at, at);
      field.scrollTop = (line / lineOf(field.value.length)) * field.scrollHeight - field.clientHeight / 2;
    },
    placeAt: () => null,
    show() {},
    kept: () => null,
    undo,
    redo,
    focus: () => field.focus(),
  };
}
