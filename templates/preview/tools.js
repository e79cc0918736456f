// What can be done with the views: to turn and enlarge pages, to see a web page on smaller screens and an
// e-book in larger type, and to go from finding to finding.

import { made } from './panes.js';

const WIDTHS = { '': 'As wide as it is', 'tablet-width': 'Tablet', 'phone-width': 'Phone' };

function bar(pane, label, ...inside) {
  const box = made('div', { className: 'tools', role: 'group', ariaLabel: label });
  box.append(...inside);
  pane.element.querySelector('header').append(box);
  return box;
}

export function tools({ pdf, html, epub }, words) {
  const named = (sign, name, action) => {
    const press = made('button', { type: 'button', textContent: sign, ariaLabel: words(name), title: words(name) });
    press.addEventListener('click', action);
    return press;
  };
  let zoom = 1;
  const enlarge = (by) => {
    zoom = Math.min(4, Math.max(0.25, zoom * by));
    pdf.leave();
    pdf.view.style.setProperty('--zoom', zoom);
    pdf.comeBack();
  };
  const turn = (number) => pdf.figures[Math.min(Math.max(0, number), pdf.figures.length - 1)]?.scrollIntoView({ block: 'start' });
  const now = () => Number(pdf.element.querySelector('.page').textContent.match(/\d+/)) - 1;
  const page = made('input', { inputMode: 'numeric', size: 3, ariaLabel: words('Go to page') });
  page.addEventListener('change', () => turn(Number(page.value) - 1));
  const small = made('div', { className: 'thumbnails', role: 'group', hidden: true, ariaLabel: words('Small pages') });
  pdf.view.before(small);
  const fill = () => {
    if (small.hidden) return;
    small.replaceChildren(...pdf.figures.slice(0, 200).map((figure, number) => {
      const image = made('img', { loading: 'lazy', alt: '', src: `page/${pdf.path}/${number}?width=90` });
      const press = made('button', { type: 'button' });
      press.append(image, `${number + 1}`);
      press.addEventListener('click', () => turn(number));
      return press;
    }));
  };
  const toggle = named(words('Small pages'), 'Small pages', () => {
    small.hidden = !small.hidden;
    toggle.setAttribute('aria-pressed', String(!small.hidden));
    fill();
  });
  toggle.setAttribute('aria-pressed', 'false');
  new MutationObserver(fill).observe(pdf.element, { attributeFilter: ['data-digest'] });
  bar(pdf, words('Pages'), named('◂', 'Page before', () => turn(now() - 1)), page, named('▸', 'Next page', () => turn(now() + 1)),
    named('−', 'Smaller', () => enlarge(0.8)), named('+', 'Larger', () => enlarge(1.25)), toggle);

  const width = made('select', { ariaLabel: words('Width of the screen') });
  width.append(...Object.entries(WIDTHS).map(([value, label]) => made('option', { value, textContent: words(label) })));
  width.addEventListener('change', () => {
    html.leave();
    html.view.classList.remove('tablet-width', 'phone-width');
    if (width.value) html.view.classList.add(width.value);
    html.comeBack();
  });
  bar(html, words('Screen'), width);

  let size = 100;
  const resize = (by) => {
    size = Math.min(300, Math.max(50, size + by));
    epub.leave();
    epub.typeSize = `${size}%`;
    epub.sizeType();
    epub.comeBack();
  };
  bar(epub, words('Size of the type'), named('−', 'Smaller type', () => resize(-20)), named('+', 'Larger type', () => resize(20)));

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
  const steps = made('div', { className: 'tools' });
  steps.append(named('▴', 'Finding before (Shift F8)', () => step(-1)), named('▾', 'Next finding (F8)', () => step(1)));
  document.getElementById('findings').prepend(steps);
}
