// What can be done with the views: to turn and enlarge pages, to see a web page on smaller screens and an
// e-book in larger type, and to go from finding to finding.

import { button, byId, made, signButton, words } from './elements.js';

const MOST_SMALL = 200; // small pages
const WIDTHS = { '': 'As wide as it is', 'tablet-width': 'Tablet', 'phone-width': 'Phone' };

function bar({ element }, label, ...inside) {
  element.querySelector('header').append(made('div', { className: 'tools', role: 'group', ariaLabel: words(label) }, ...inside));
}

export function tools({ pdf, html, epub }) {
  let zoom = 1;
  const enlarge = (by) => {
    zoom = Math.min(4, Math.max(0.25, zoom * by));
    pdf.leave();
    pdf.view.style.setProperty('--zoom', zoom);
    pdf.comeBack();
  };
  const turn = (number) => pdf.figures.at(Math.min(Math.max(0, number), pdf.figures.length - 1))?.scrollIntoView({ block: 'start' });
  const now = () => Number(pdf.element.querySelector('.page').textContent.match(/\d+/)) - 1;
  const page = made('input', { inputMode: 'numeric', size: 3, ariaLabel: words('Go to page') });
  page.addEventListener('change', () => turn(Number(page.value) - 1));
  const small = made('div', { className: 'thumbnails', role: 'group', hidden: true, ariaLabel: words('Small pages') });
  pdf.view.before(small);
  const fill = () => {
    if (small.hidden) return;
    small.replaceChildren(...pdf.figures.slice(0, MOST_SMALL).map((_, number) => {
      const press = button(`${number + 1}`, () => turn(number));
      press.prepend(made('img', { loading: 'lazy', alt: '', src: `page/${pdf.path}/${number}?width=90` }));
      return press;
    }));
  };
  const toggle = button('Small pages', () => {
    small.hidden = !small.hidden;
    toggle.ariaPressed = String(!small.hidden);
    fill();
  }, { ariaPressed: 'false' });
  new MutationObserver(fill).observe(pdf.element, { attributeFilter: ['data-digest'] });
  bar(pdf, 'Pages', signButton('◂', 'Page before', () => turn(now() - 1)), page, signButton('▸', 'Next page', () => turn(now() + 1)),
    signButton('−', 'Smaller', () => enlarge(0.8)), signButton('+', 'Larger', () => enlarge(1.25)), toggle);

  const width = made('select', { ariaLabel: words('Width of the screen') }, ...Object.entries(WIDTHS).map(([value, label]) => (
    made('option', { value, textContent: words(label) })
  )));
  width.addEventListener('change', () => {
    html.leave();
    html.view.className = `view frame ${width.value}`;
    html.comeBack();
  });
  bar(html, 'Screen', width);

  let size = 100;
  const resize = (by) => {
    size = Math.min(300, Math.max(50, size + by));
    epub.leave();
    epub.typeSize = `${size}%`;
    epub.sizeType();
    epub.comeBack();
  };
  bar(epub, 'Size of the type', signButton('−', 'Smaller type', () => resize(-20)), signButton('+', 'Larger type', () => resize(20)));

  let at = -1; // the finding that was shown last
  const step = (by) => {
    const buttons = document.querySelectorAll('#findings-list li > button:first-of-type');
    if (!buttons.length) return;
    at = (at + by + buttons.length) % buttons.length;
    buttons[at].click();
  };
  addEventListener('keydown', (event) => {
    if (event.key !== 'F8') return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  });
  byId('findings').prepend(made('div', { className: 'tools' },
    signButton('▴', 'Finding before (Shift F8)', () => step(-1)), signButton('▾', 'Next finding (F8)', () => step(1))));
}
