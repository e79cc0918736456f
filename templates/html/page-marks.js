// Where the pages of the printed edition begin is shown to readers who ask for it.

ready(() => {
  if (!document.querySelector(".page-mark")) return;
  const button = part("marks");
  function show(on) {
    root.classList.toggle("shows-pages", on);
    button.setAttribute("aria-pressed", String(on));
  }
  show(memory.get("marks") === "on");
  button.hidden = false;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") === "false";
    show(on);
    memory.set("marks", on ? "on" : "");
  });
});
