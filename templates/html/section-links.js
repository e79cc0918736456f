// Beside each heading is a link to it, whose full address is copied as it is followed.

ready(() => {
  const headings = document.querySelectorAll("main :is(h2, h3, h4, h5, h6)");
  for (const [number, heading] of headings.entries()) {
    const id = heading.id || heading.parentElement.matches("section") && heading.parentElement.id;
    if (!id) continue;
    const title = document.createElement("span");
    title.append(...heading.childNodes);
    title.id = `page--heading-${number}`;
    const link = document.createElement("a");
    link.className = "section-link";
    link.href = `#${encodeURIComponent(id)}`;
    link.ariaLabel = `${word("copyAddress")}: ${title.textContent}`;
    link.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(link.href);
      } catch {
        return; // the address is where browsers show it
      }
      link.dataset.said = word("copied");
      say(word("copied"));
      setTimeout(() => { delete link.dataset.said; }, 3000);
    });
    heading.append(title, link);
    heading.setAttribute("aria-labelledby", title.id);
  }
});
