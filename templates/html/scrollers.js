// What can be scrolled by itself stops the keyboard only where there is more of it than is seen,
// and is a region of the page only then.

ready(() => {
  const labels = new Map();
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const box = labels.has(target) ? target : target.parentElement;
      const label = labels.get(box);
      const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
      box.tabIndex = scrolls ? 0 : -1;
      if (!scrolls) box.removeAttribute("tabindex");
      if (!label) continue;
      for (const [name, value] of [["role", "region"], ["aria-label", label]]) {
        if (scrolls) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    }
  });
  for (const box of document.querySelectorAll("main [role=region][tabindex='0'], .contents")) {
    labels.set(box, box.matches("[role=region]") && box.ariaLabel);
    observer.observe(box);
    for (const child of box.children) observer.observe(child);
  }
});
