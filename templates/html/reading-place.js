// Where the reader stopped is kept, and found again on return: but not where an address leads to
// some other place, nor where the browser finds it by itself.

// Whoever follows a link from one chapter to another wants its beginning.
function isFirst() {
  if (!document.querySelector(".pager")) return true;
  try {
    const first = !sessionStorage.getItem("opened");
    sessionStorage.setItem("opened", "yes");
    return first;
  } catch { return true; }
}

addEventListener("load", () => {
  const note = part("resumed");
  if (!note) return; // a page to look things up on
  const name = `place ${location.pathname}`;
  const below = 40; // pixels that are left above it
  const blocks = [...document.querySelectorAll("main :is(p, li, dt, tr, pre, figure, h2, h3)")]
    .filter((block) => !block.closest(".notes"));
  const [place, count] = memory.get(name).split("/").map(Number);

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    const at = blocks.findLastIndex((block) => {
      const { top, height } = block.getBoundingClientRect();
      return height && top <= below;
    });
    memory.set(name, scrollY > innerHeight && at > 0 ? `${at}/${blocks.length}` : "");
  });

  const [arrival] = performance.getEntriesByType("navigation");
  const led = location.hash || scrollY > 0 || (arrival && arrival.type !== "navigate");
  const first = isFirst();
  if (led || !first || !place || count !== blocks.length) return;

  const { top } = blocks[place].getBoundingClientRect();
  scrollTo({ top: top - below + 1, behavior: "instant" });
  note.hidden = false;
  say(note.firstElementChild.textContent);
  note.querySelector("a").addEventListener("click", () => { note.hidden = true; });
  new IntersectionObserver(([entry], observer) => {
    if (entry.isIntersecting) return;
    note.hidden = true;
    observer.disconnect();
  }).observe(blocks[place]);
});
