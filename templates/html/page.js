// What all parts of the script use: parts of the page, words for listeners, and a memory, which
// browsers may refuse. Then the colours, before anything is shown.

const root = document.documentElement;
root.classList.add("scripted");

const part = (name) => document.getElementById(`page--${name}`);
const word = (name) => part("tools").dataset[name];
const say = (text) => { part("status").textContent = text; };
const ready = (work) => document.addEventListener("DOMContentLoaded", work);

const memory = {
  get(name) {
    try { return localStorage.getItem(`chapbook ${name}`) ?? ""; } catch { return ""; }
  },
  set(name, value) {
    try { localStorage.setItem(`chapbook ${name}`, value); } catch { /* it is asked for again next time */ }
  },
};

// A copy of some of the page, to be shown elsewhere in it: ids are there only once.
function copyOf(element) {
  const copy = element.cloneNode(true);
  for (const one of [copy, ...copy.querySelectorAll("[id]")]) one.removeAttribute("id");
  return copy;
}

// Styles that are for one scheme of colours are turned on or off where the reader has chosen.
function colour(choice) {
  for (const element of document.head.querySelectorAll("[media*=color-scheme], [data-media]")) {
    element.dataset.media ??= element.getAttribute("media");
    const own = element.dataset.media.includes("dark") ? "dark" : "light";
    const media = choice === own ? "screen" : "not all";
    element.setAttribute("media", choice ? media : element.dataset.media);
  }
}

colour(memory.get("colours"));
ready(() => {
  const choice = part("colours");
  choice.value = memory.get("colours");
  choice.addEventListener("change", () => {
    colour(choice.value);
    memory.set("colours", choice.value);
  });
});
