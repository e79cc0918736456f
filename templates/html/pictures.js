// Figures can be opened to fill the window.

addEventListener("load", () => {
  const dialog = part("picture");
  if (!dialog) return;
  const [close, figure] = dialog.children;

  function open(image) {
    const picture = copyOf(image);
    picture.removeAttribute("class");
    const caption = image.closest("figure").querySelector("figcaption");
    figure.replaceChildren(picture, ...(caption ? [copyOf(caption)] : []));
    dialog.showModal();
  }

  for (const image of document.querySelectorAll("main figure img")) {
    if (image.closest("a") || image.width < 120) continue;
    const name = image.closest("figure").querySelector(".label")?.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "enlarge";
    button.ariaLabel = `${word("enlarge")}: ${name || image.alt}`;
    (image.closest("picture") ?? image).after(button);
    image.classList.add("can-enlarge");
    for (const element of [image, button]) element.addEventListener("click", () => open(image));
  }
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
});
