// The contents say where the reader is: at the last entry whose text begins above a line in the
// upper part of the window; or, at the end, at the one that was asked for.

ready(() => {
  const contents = document.querySelector(".contents");
  if (!contents) return;
  const links = new Map();
  for (const link of contents.querySelectorAll("details:not(.captions) a[href^='#']")) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) links.set(target, link);
  }
  const targets = [...links.keys()];
  const begun = new Set();
  const end = document.querySelector("footer");
  let marked;

  function mark() {
    let current = targets.findLast((target) => begun.has(target));
    const asked = document.querySelector(":target");
    if (begun.has(end) && targets.indexOf(asked) > targets.indexOf(current)) current = asked;
    if (current === marked) return;
    links.get(marked)?.removeAttribute("aria-current");
    links.get(current)?.setAttribute("aria-current", "location");
    marked = current;
    if (current && !contents.matches(":hover, :focus-within")) show(links.get(current));
  }

  function show(link) {
    const [box, line] = [contents.getBoundingClientRect(), link.getBoundingClientRect()];
    if (line.top < box.top || line.bottom > box.bottom) {
      contents.scrollTop += line.top - box.top - box.height / 3;
    }
  }

  function watch(elements, rootMargin) {
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        begun[isIntersecting ? "add" : "delete"](target);
      }
      mark();
    }, { rootMargin });
    elements.forEach((element) => observer.observe(element));
  }

  const page = contents.querySelector("[aria-current=page]");
  if (page) show(page);
  watch(targets, "9999999px 0px -70% 0px");
  if (end) watch([end], "0px");
  addEventListener("hashchange", mark);
});
