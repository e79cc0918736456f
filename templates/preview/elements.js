// Elements and words of the page, for the views and for what is around them.

export const byId = (id) => document.getElementById(id);

const dictionary = JSON.parse(byId('words')?.textContent || '{}');
export const isKnown = (text) => text in dictionary;
export const words = (text) => dictionary[text] || text;

export const made = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
export const button = (label, action, properties = {}) => {
  const element = made('button', { type: 'button', textContent: words(label), ...properties });
  element.addEventListener('click', action);
  return element;
};
// A button with a sign, whose name is told to those who do not know it.
export const signButton = (sign, name, action) => button(sign, action, { ariaLabel: words(name), title: words(name) });
