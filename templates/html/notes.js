// A note is shown over the text while the pointer or the focus is at its number. A click keeps it
// there, and goes into it; Escape, or a click elsewhere, closes it.

ready(() => {
  const box = part("note");
  if (!box?.showPopover) return;
  let timer;
  let closed;

  // Where the note is gone into, what comes after it with the keyboard is what is after its number.
  function open(reference, source) {
    const note = document.getElementById(decodeURIComponent(reference.hash.slice(1)));
    if (!note || getComputedStyle(note).position === "absolute") return false; // in the margin
    const copy = copyOf(note);
    copy.querySelector(".back")?.remove();
    box.replaceChildren(...copy.childNodes);
    box.ariaLabel = `${word("note")} ${reference.textContent}`;
    if (source) box.hidePopover();
    box.showPopover({ source });
    place(reference.getBoundingClientRect());
    return true;
  }

  function place(line) {
    const room = root.clientWidth - box.offsetWidth - 8;
    const left = root.dir === "rtl" ? line.right + 24 - box.offsetWidth : line.left - 24;
    const below = line.bottom + 8 + box.offsetHeight < innerHeight || line.top < box.offsetHeight;
    const top = below ? line.bottom + 8 : line.top - box.offsetHeight - 8;
    box.style.setProperty("--x", `${scrollX + Math.max(8, Math.min(left, room))}px`);
    box.style.setProperty("--y", `${scrollY + top}px`);
  }

  function soon(work, wait) {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  }

  function leave() {
    soon(() => { if (!box.matches(":hover, :focus-within")) box.hidePopover(); }, 250);
  }

  for (const reference of document.querySelectorAll("[role=doc-noteref]")) {
    reference.addEventListener("pointerenter", ({ pointerType }) => {
      if (pointerType === "mouse") soon(() => open(reference), 150);
    });
    reference.addEventListener("pointerleave", leave);
    reference.addEventListener("focus", () => {
      if (reference.matches(":focus-visible") && closed !== reference) open(reference);
      closed = null;
    });
    reference.addEventListener("blur", leave);
    reference.addEventListener("click", (event) => {
      clearTimeout(timer);
      if (!open(reference, reference)) return;
      event.preventDefault();
      closed = reference; // which gets the focus back
      box.focus({ preventScroll: true });
    });
  }
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", leave);
  box.addEventListener("focusout", leave);
});
