// How much is filled in, below the text, and a button that prints it, or saves it as a PDF. Nothing
// leaves the page. A field grows with its text, so that all of it is printed.

ready(() => {
  const fields = [...document.querySelectorAll("main :is(input, select, textarea)")];
  if (!fields.length) return;
  const isMark = (field) => ["radio", "checkbox"].includes(field.type);
  const isFilled = (field) => (isMark(field) ? field.checked : field.value.trim() !== "");
  // The choices of a question, and the boxes of a row, are filled in together.
  const whole = (field) => (isMark(field) && field.closest("fieldset, tr")) || field;
  const all = new Set(fields.map(whole)).size;

  const bar = document.createElement("div");
  bar.className = "filled-in";
  const line = document.createElement("p");
  line.role = "status";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = word("print");
  button.addEventListener("click", () => print());
  bar.append(line, button);
  const text = part("text");
  text.insertBefore(bar, text.querySelector(":scope > .notes"));

  function count() {
    const filled = new Set(fields.filter(isFilled).map(whole)).size;
    const told = word("filled").replace("{count}", filled).replace("{all}", all);
    if (line.textContent !== told) line.textContent = told;
  }

  function grow({ target }) {
    if (target.localName !== "textarea") return;
    while (target.scrollHeight > target.clientHeight && target.rows < 200) target.rows += 1;
  }

  count();
  addEventListener("pageshow", count);
  text.addEventListener("change", count);
  text.addEventListener("input", grow);
});
