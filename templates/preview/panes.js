// The three views: files of an edition in frames, and pictures of pages.

import { byId, made, words } from './elements.js';
import { align, letters, moved, sameEnds } from './places.js';

const REFERENCE = 0.25; // of the height of a view: what is there counts as read
const AHEAD = '150% 0px'; // pages this near are drawn, those in view first
const PATIENCE = 20000; // milliseconds for a frame, which does not say that its load was ended
export const AGAIN = 2000; // milliseconds until what did not come is asked for again

// What is only read needs no styles, and this page's policy would complain of them; the number of
// elements stays.
const withoutStyles = (markup) => (
  markup.replaceAll(/<style[^>]*>[^<]*<\/style>/g, '<title></title>').replaceAll(/ style="/g, ' data-style="')
);

const address = (...parts) => parts.map(encodeURIComponent).join('/');
const fileOf = (path, name) => `file/${path}/${address(...name.split('/'))}`;

// The first of those that have the most of something
const greatest = (list, of) => list.reduce((best, one) => (best && of(best) >= of(one) ? best : one), null);

async function get(path) {
  const answer = await fetch(path);
  return answer.ok ? answer.json() : null;
}

async function blocksOf(path) {
  const found = await get(`places/${path}`);
  return found && found.map(([file, line, column, text, repeated, since]) => (
    { file, line, column, text, repeated, since, letters: letters(text) }
  ));
}

// `page` is what a pane knows of all others: the `state`, the line that is `wanted`, and what to do
// when somebody has scrolled, or clicked on a block.
class Pane {
  constructor(format, page) {
    this.format = format;
    this.page = page;
    this.element = byId(format);
    this.view = this.element.querySelector('.view');
    this.choice = this.element.querySelector('.edition');
    this.blocks = [];
    this.leaves = [];
    this.items = [];
    this.shown = '';
    this.placed = ''; // of which the blocks are
    this.marking = null; // the block that is marked
    this.own = null; // where it was scrolled to from here
    this.at = 0; // the file that is in view
    this.left = undefined; // what was read before the pane was hidden, or changed its width
    this.quiet = 0; // until when scrolling is our own
    this.changing = Promise.resolve();
    this.choice.addEventListener('change', () => page.choose(this));
  }

  get edition() {
    return this.choice.value;
  }

  get visible() {
    return !this.element.hidden;
  }

  // Show what was built, one change after another; the place stays.
  update() {
    this.changing = this.changing.then(() => this.change()).catch((error) => {
      console.error(error);
      clearTimeout(this.again);
      this.again = setTimeout(() => this.update(), AGAIN);
    });
  }

  async change() {
    const part = this.page.state.parts[this.edition];
    if (!this.visible) return;
    const name = part && `${this.edition} ${part.digest}`;
    const placed = part && `${this.edition} ${part.places}`;
    if (!part || (name === this.shown && placed === this.placed)) {
      this.comeBack();
      await this.catchUp();
      return;
    }
    const path = address(this.edition, part.digest);
    const [blocks, content] = await Promise.all([
      placed === this.placed ? this.blocks : blocksOf(path),
      name === this.shown ? null : this.fetched(part, path),
    ]);
    if (!blocks || (name !== this.shown && !content)) return; // there is a newer one
    const anchor = this.reading();
    this.left = undefined;
    const before = this.blocks;
    const leaves = content ? content.leaves : this.leaves;
    const items = align(blocks, leaves);
    const now = anchor && moved(before, blocks, anchor.block);
    if (content) await this.put(part, path, content, items, now);
    Object.assign(this, { blocks, leaves, items, own: null, shown: name, placed });
    if (content) {
      if (anchor) this.goTo(this.nearest(now), anchor.fraction);
      this.settled();
    }
    const marked = this.marking === null ? null : moved(before, blocks, this.marking);
    this.mark(items.find((item) => item.block === marked));
    const { wanted } = this.page;
    if (wanted && !before.length) {
      this.mark(await this.follow(await this.page.named(wanted.file), wanted.line));
    }
    await this.catchUp();
    this.element.dataset.digest = part.digest;
  }

  // Go to what the others show, if the pane has come into view.
  async catchUp() {
    const { place } = this.page;
    if (!this.isNew || !this.items.length) return;
    this.isNew = false;
    if (place) await this.follow(place.file, place.line);
  }

  // What is read, or null at the top: who is there stays there.
  reading() {
    if (this.left !== undefined) return this.left;
    if (this.isAtStart) return null;
    return this.own && this.own.position === this.position ? this.own.anchor : this.anchor();
  }

  // A hidden view forgets where it is, and text that gets another width moves.
  leave() {
    if (this.visible && this.items.length) this.left = this.reading();
  }

  comeBack() {
    if (this.left) this.goTo(this.nearest(this.left.block), this.left.fraction);
    this.left = undefined;
  }

  // the item of a block, or of the last one before it that is shown
  nearest(block) {
    return greatest(this.items.filter((item) => item.block <= block), (item) => item.block) || this.items[0];
  }

  // Where the items are in the view, from above to below.
  tops() {
    const tops = this.items.map((item) => ({ item, top: this.top(item) })).filter(({ top }) => top !== null);
    return tops.sort((a, b) => a.top - b.top);
  }

  // What is read: the item at the line of reference, and how far from it to the next.
  anchor() {
    const line = this.height * REFERENCE;
    const tops = this.tops();
    const at = tops.findLastIndex(({ top }) => top <= line);
    if (at < 0) return tops.length ? { block: tops[0].item.block, fraction: 0 } : null;
    const [above, below] = tops.slice(at, at + 2);
    const fraction = below ? (line - above.top) / (below.top - above.top) : 0;
    return { block: above.item.block, fraction };
  }

  goTo(item, fraction = 0) {
    const top = item ? this.top(item) : null;
    if (top === null) return;
    const next = fraction ? this.tops().find((other) => other.top > top) : null;
    const by = top + (next ? (next.top - top) * fraction : 0) - this.height * REFERENCE;
    this.scroll(by);
    this.own = { anchor: { block: item.block, fraction }, position: this.position };
  }

  scroll(distance) {
    this.quiet = performance.now() + 200;
    this.scroller.scrollBy({ top: distance, behavior: 'instant' });
  }

  // The element of a line in the source: the last block that begins there or before. There is none
  // in the front matter, of which the beginning is shown.
  async follow(file, line, fraction = 0) {
    const before = this.items.filter(({ block }) => this.blocks[block].file === file && this.blocks[block].since <= line);
    const best = greatest(before, ({ block }) => this.blocks[block].line);
    if (!best) {
      if (!file) await this.goToStart();
      return null;
    }
    await this.turnTo(best);
    this.goTo(best, fraction);
    return best;
  }

  // The block that a leaf is in.
  blockOf(leaf) {
    const item = this.items.findLast((each) => each.leaf <= leaf);
    return item && this.blocks[item.block];
  }

  scrolled() {
    if (performance.now() < this.quiet || !this.visible) return;
    const anchor = this.anchor();
    if (anchor) this.page.scrolled(this, this.blocks[anchor.block], anchor.fraction);
  }

  get height() {
    return this.view.clientHeight;
  }

  get position() {
    return this.scroller ? this.scroller.scrollTop : 0;
  }

  get isAtStart() {
    return !this.at && this.position === 0;
  }

  async goToStart() {
    this.scroll(-this.position);
  }

  settled() {}
}

// Files of an edition, each in a frame; one of them is in view.
export class Frames extends Pane {
  constructor(format, page) {
    super(format, page);
    this.documents = this.element.querySelector('.document');
    this.documents.addEventListener('change', () => this.turn(this.documents.selectedIndex));
    this.elements = [];
    this.loading = Promise.resolve();
    this.typeSize = '';
  }

  sizeType() {
    if (this.frame) this.frame.contentDocument.documentElement.style.fontSize = this.typeSize;
  }

  async fetched(part, path) {
    const leaves = [];
    for (const [number, name] of part.documents.entries()) {
      const answer = await fetch(fileOf(path, name));
      if (!answer.ok) return null;
      const type = name.endsWith('.html') ? 'text/html' : 'application/xhtml+xml';
      const text = new DOMParser().parseFromString(withoutStyles(await answer.text()), type);
      read(byLines(text), number, leaves);
    }
    return { leaves };
  }

  async put(part, path, content, items, block) {
    this.path = path;
    this.names = part.documents;
    this.documents.replaceChildren(...part.documents.map((name) => made('option', { textContent: short(name) })));
    this.documents.hidden = part.documents.length < 2;
    const item = items.find((one) => one.block === block);
    const at = item ? content.leaves[item.leaf].document : Math.min(this.at, part.documents.length - 1);
    await this.load(at);
  }

  // One frame after another: a new one takes the place of all that are there.
  load(at) {
    this.loading = this.loading.catch(() => {}).then(() => this.loadNext(at)); // who asked for it was told
    return this.loading;
  }

  // A new frame takes the place of the old one only when it is there, so that nothing flickers.
  async loadNext(at) {
    const frame = made('iframe', { className: 'coming', title: byId(`${this.format}-title`).textContent });
    frame.sandbox = 'allow-same-origin';
    const loaded = new Promise((done) => frame.addEventListener('load', done, { once: true }));
    frame.src = fileOf(this.path, this.names[at]);
    this.view.append(frame);
    const came = await Promise.race([loaded, new Promise((done) => setTimeout(done, PATIENCE))]);
    const shown = came && frame.contentDocument;
    if (!/html/.test(shown?.contentType)) { // but words of the server, or a page of the browser
      frame.remove();
      throw new Error(`${frame.src} did not come`);
    }
    byLines(shown);
    this.frame = frame;
    this.sizeType();
    this.at = at;
    this.documents.selectedIndex = at;
    this.elements = [...shown.body.querySelectorAll('*')];
    frame.contentWindow.addEventListener('scroll', () => this.scrolled());
    shown.addEventListener('click', (event) => this.clicked(event));
  }

  settled() {
    this.frame.classList.remove('coming');
    while (this.frame.previousSibling) this.frame.previousSibling.remove();
  }

  async turn(at) {
    await this.load(at);
    this.settled();
  }

  async turnTo(item) {
    const { document: at } = this.leaves[item.leaf];
    if (at !== this.at) await this.turn(at);
  }

  async goToStart() {
    if (this.at) await this.turn(0);
    await super.goToStart();
  }

  elementOf(item) {
    const leaf = this.leaves[item.leaf];
    return leaf.document === this.at ? this.elements[leaf.element] : null;
  }

  get scroller() {
    return this.frame && this.frame.contentDocument.scrollingElement;
  }

  top(item) {
    const element = this.elementOf(item);
    return element && element.getClientRects().length ? element.getBoundingClientRect().top : null;
  }

  clicked(event) {
    const link = event.target.closest('a[href]');
    if (link && !link.getAttribute('href').startsWith('#')) {
      event.preventDefault();
      const to = new URL(link.href).pathname;
      const at = this.names.findIndex((name) => to.endsWith(`/${encodeURI(name)}`));
      if (at >= 0) this.turn(at);
    }
    const number = this.elements.indexOf(lineAt(event));
    // the first text in what was clicked on
    const leaf = this.leaves.findIndex(({ document, element }) => document === this.at && element >= number);
    this.page.chosen(this.blockOf(leaf < 0 ? this.leaves.length - 1 : leaf));
  }

  mark(item) {
    const element = item ? this.elementOf(item) : null;
    this.marking = item ? item.block : null;
    if (this.marked) this.marked.style.outline = '';
    this.marked = element;
    if (element) element.style.outline = '2px solid #0b57d0';
  }
}

const short = (name) => name.replace(/^.*\/|\.[^.]*$/g, '');

// The document, in which each line of code has elements of its own, which can be clicked on.
function byLines(shown) {
  for (const code of shown.querySelectorAll('pre, pre *')) {
    for (const text of [...code.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)) {
      const lines = text.data.match(/[^\n]*\n|[^\n]+/g) || [];
      if (lines.length < 2 && code.localName === 'span') continue;
      text.replaceWith(...lines.map((line) => {
        const element = shown.createElement('span');
        element.textContent = line;
        return element;
      }));
    }
  }
  return shown;
}

// What was clicked on; beside a line of code, its first element.
function lineAt({ target, clientY }) {
  const code = target.closest('pre');
  if (!code || target.localName === 'span') return target;
  const parts = [...code.querySelectorAll('span')];
  return parts.find((part) => part.getBoundingClientRect().bottom > clientY) || target;
}

// The texts of a document, each with the number of its element.
function read(shown, number, leaves) {
  const both = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
  const walker = shown.createTreeWalker(shown.body, both);
  const numbers = new Map([[shown.body, -1]]);
  let count = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.ELEMENT_NODE) {
      numbers.set(node, count);
      count += 1;
    } else if (node.data.trim() && !node.parentElement.closest('script, style, template')) {
      leaves.push({ text: node.data, document: number, element: numbers.get(node.parentNode) });
    }
  }
}

// Pictures of pages, made when they come near. Pages with the same name look the same and need not be
// drawn again, and those with the same body need not be read again.
export class Pages extends Pane {
  constructor(format, page) {
    super(format, page);
    this.lines = new Map(); // of the pages, by their bodies
    this.figures = [];
    this.view.addEventListener('scroll', () => this.scrolled());
    this.view.addEventListener('click', (event) => this.clicked(event));
    this.near = new IntersectionObserver((seen) => this.draw(seen), { root: this.view, rootMargin: AHEAD });
    this.view.addEventListener('scroll', () => this.tellPage());
    new ResizeObserver(() => this.tellPage()).observe(this.view);
  }

  async fetched(part, path) {
    const names = part.pages.map(([, , name]) => name);
    const unread = [...names.keys()].filter((number) => !this.lines.has(bodyOf(names[number])));
    const found = unread.length ? await get(`lines/${path}?pages=${unread}`) : [];
    if (!found) return null;
    const read = new Map(names.map((name) => [bodyOf(name), this.lines.get(bodyOf(name))]));
    unread.forEach((number, index) => {
      read.set(bodyOf(names[number]), found[index].map((line) => lineOf(line, part.pages[number])));
    });
    this.lines = read;
    const leaves = part.pages.flatMap(([, , name, shift], page) => (
      read.get(bodyOf(name)).map((line) => (
        { ...line, left: line.left + shift, right: line.right + shift, page }
      ))
    ));
    return { leaves, names };
  }

  // Pages that are there already keep their pictures until the new ones have come; what will be in
  // view has come before anything changes.
  async put(part, path, content, items, block) {
    const figures = this.reused(content.names);
    const pictures = await this.soon(path, content, figures, items.find((one) => one.block === block));
    this.path = path;
    this.near.disconnect();
    this.figures = part.pages.map(([width, height, name], number) => {
      const page = figures[number] || made('figure', {}, made('img', { hidden: true }));
      Object.assign(page.dataset, { number, name });
      delete page.dataset.asked;
      page.style.aspectRatio = `${width} / ${height}`;
      page.firstChild.alt = words('Page {}').replace('{}', number + 1);
      if (pictures.get(number)) show(page, pictures.get(number));
      return page;
    });
    const { head, tail } = sameEnds([...this.view.children], this.figures);
    for (const page of [...this.view.children].slice(head, this.view.children.length - tail)) page.remove();
    const behind = this.view.children[head] || null;
    for (const page of this.figures.slice(head, this.figures.length - tail)) this.view.insertBefore(page, behind);
    for (const page of this.figures) this.near.observe(page);
    this.tellPage();
  }

  // For each of the new pages the figure that it takes over: what changes is between pages at the
  // beginning and at the end that stay as they were.
  reused(names) {
    const before = this.figures;
    const { tail } = sameEnds(before.map((page) => page.dataset.name), names);
    const more = names.length - before.length;
    return names.map((_, number) => {
      if (number >= names.length - tail) return before[number - more];
      return number < before.length - tail ? before[number] : null;
    });
  }

  // The pictures of changed pages that will be in view with a block, or at the beginning.
  async soon(path, { leaves, names }, figures, item) {
    const pictures = new Map();
    if (!this.figures.length) return pictures;
    const middle = item ? leaves[item.leaf].page : 0;
    const around = Math.ceil(this.height / this.figures[0].clientHeight);
    await Promise.all(names.map(async (name, number) => {
      if (Math.abs(number - middle) > around || figures[number]?.dataset.drawn === name) return;
      pictures.set(number, await this.picture(path, number));
    }));
    return pictures;
  }

  // A picture of a page, or null if there is none any more.
  picture(path, number) {
    const width = Math.round(this.figures[0].clientWidth * Math.min(devicePixelRatio, 2));
    return new Promise((done) => {
      const image = made('img', { decoding: 'sync' });
      image.onload = () => done(image);
      image.onerror = () => done(null);
      image.src = `page/${path}/${number}?width=${width}`;
    });
  }

  draw(seen) {
    const middle = this.view.getBoundingClientRect().top + this.height / 2;
    const distance = ({ boundingClientRect: box }) => Math.abs((box.top + box.bottom) / 2 - middle);
    const coming = seen.filter((one) => one.isIntersecting);
    for (const { target } of coming.sort((a, b) => distance(a) - distance(b))) {
      const { name, number, drawn, asked } = target.dataset;
      if (drawn === name || asked === name) continue;
      target.dataset.asked = name;
      this.picture(this.path, Number(number)).then((image) => {
        if (target.dataset.name !== name) return;
        if (image) show(target, image);
        else delete target.dataset.asked;
      });
    }
  }

  tellPage() {
    const middle = this.view.getBoundingClientRect().top + this.height / 2;
    const pages = this.figures;
    const number = pages.findLastIndex((page) => page.getBoundingClientRect().top <= middle) + 1;
    if (!pages.length) return;
    const told = words('page {} of {}').replace('{}', Math.max(1, number)).replace('{}', pages.length);
    this.element.querySelector('.page').textContent = told;
  }

  async turnTo() {}

  top(item) {
    const leaf = this.leaves[item.leaf];
    const box = this.figures[leaf.page].getBoundingClientRect();
    return box.top + leaf.top * box.height - this.view.getBoundingClientRect().top;
  }

  get scroller() {
    return this.view;
  }

  clicked(event) {
    const page = event.target.closest('figure');
    if (!page) return;
    const box = page.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    const leaves = this.leaves.filter((leaf) => `${leaf.page}` === page.dataset.number);
    const nearest = greatest(leaves, ({ left, top, right, bottom }) => (
      -Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom))
    ));
    if (nearest) this.page.chosen(this.blockOf(this.leaves.indexOf(nearest)));
  }

  mark(item) {
    this.view.querySelector('.found')?.remove();
    this.marking = item ? item.block : null;
    if (!item) return;
    const leaf = this.leaves[item.leaf];
    const found = made('div', { className: 'found' });
    const percent = (part) => `${100 * part}%`;
    Object.assign(found.style, {
      left: percent(leaf.left),
      top: percent(leaf.top),
      width: percent(leaf.right - leaf.left),
      height: percent(leaf.bottom - leaf.top),
    });
    this.figures[leaf.page].append(found);
  }
}

// A line of text on a page that is not shifted to the right.
const lineOf = ([text, left, top, right, bottom], [, , , shift]) => (
  { text, left: left - shift, top, right: right - shift, bottom, letters: letters(text) }
);

// The beginning of a page's name, which says what is on it but for running heads and feet.
const bodyOf = (name) => name.slice(0, name.length / 2);

function show(page, image) {
  const before = page.querySelector('img');
  image.alt = before.alt; // it may have another number by now
  before.replaceWith(image);
  page.dataset.drawn = page.dataset.name;
}
