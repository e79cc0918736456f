// Searches the text of the site, which is in the page as JSON: pages, each with its file, its
// title, and its passages (id, heading, text). A passage is found that has all the words of the
// query, in its text or its headings; the beginning of a word is enough.

"use strict";

(() => {
  const SHOWN = 100;
  const EXCERPT = 200;
  const PAUSE = 120; // milliseconds after a key until the search begins

  const LETTER = "[\\p{L}\\p{N}\\p{M}]";
  const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;
  const ARABIC = /\p{sc=Arab}/u;
  // Arabic writes some small words together with the next one.
  const ARABIC_BEFORE = "[وفبكل]?(?:ال|لل)?";
  const ALIKE = { "'": "['’ʼ]", "’": "['’ʼ]", "-": "[-‐‑–]", " ": "[^\\p{L}\\p{N}]+", "ه": "[هة]", "ة": "[هة]", "ي": "[يى]", "ى": "[يى]" };

  const form = document.querySelector("form.search");
  const field = form.elements.q;
  const status = document.getElementById("page--found");
  const list = document.getElementById("page--results");

  const pages = JSON.parse(document.getElementById("page--index").textContent);
  const passages = pages.flatMap(([file, page, parts]) =>
    parts.map(([id, title, text], number) => ({
      address: id ? `${file}#${id}` : file,
      page: page.normalize("NFD"),
      title: title.normalize("NFD"),
      text: text.normalize("NFD"),
      isTop: number === 0,
    })),
  );

  // --- what is looked for ----------------------------------------------------------------

  // The terms of a query: its words, and what stands in quotation marks, without marks on letters.
  function termsOf(query) {
    const plain = query.normalize("NFD").replace(/\p{M}+/gu, "").replace(/\u0640/g, "");
    const found = [];
    for (const [, quoted, word] of plain.matchAll(/["“”„«»]([^"“”„«»]+)["“”„«»]|([^\s"“”„«»]+)/gu)) {
      const term = (quoted ?? word).trim().replace(/\s+/g, " ");
      const bare = term.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
      if (bare) found.push(bare);
    }
    return found;
  }

  function patternOf(term) {
    const letters = Array.from(term, (letter) => ALIKE[letter] ?? letter.replace(/[^\p{L}\p{N}]/u, "\\$&"));
    let start = `(?<!${LETTER})`;
    if (UNSPACED.test(term)) start = "";
    else if (ARABIC.test(term)) start += ARABIC_BEFORE;
    return new RegExp(`${start}${letters.join("[\\p{M}\\u0640]*")}\\p{M}*`, "giu");
  }

  const has = (pattern, text) => text.search(pattern) >= 0;
  const occurs = (term) => {
    const pattern = patternOf(term);
    return passages.some((one) => has(pattern, one.text) || has(pattern, one.title));
  };

  // A term that stands nowhere in the text, cut shorter until it does: where words are spelt
  // together in pairs of letters, else at its end.
  function nearTo(term) {
    if (UNSPACED.test(term)) {
      const letters = Array.from(term);
      return letters.slice(1).map((letter, at) => letters[at] + letter).filter(occurs);
    }
    for (let length = term.length - 1; length >= Math.max(4, term.length / 2); length--) {
      if (occurs(term.slice(0, length))) return [term.slice(0, length)];
    }
    return [];
  }

  // --- what is found ---------------------------------------------------------------------

  // How well a passage answers; 0 where it lacks a term, or has all of them only from the title
  // of its page. The titles of pages count most, then headings, then terms that follow one another
  // as in the query, then all others.
  function score(passage, patterns, phrase) {
    let sum = 0;
    let isOwn = false;
    for (const pattern of patterns) {
      const inTitle = has(pattern, passage.title);
      const places = Array.from(passage.text.matchAll(pattern));
      const whole = places.filter((place) => isWhole(place, passage.text)).length;
      if (inTitle || places.length) isOwn = true;
      else if (!has(pattern, passage.page)) return 0;
      if (inTitle) sum += passage.isTop ? 40 : 20;
      sum += Math.log2(1 + whole) + Math.log2(1 + places.length) / 4;
    }
    if (patterns.length > 1 && has(phrase, passage.text)) sum += 10;
    return isOwn ? sum : 0;
  }

  function isWhole(place, text) {
    const after = text.codePointAt(place.index + place[0].length);
    return after === undefined || !/[\p{L}\p{N}]/u.test(String.fromCodePoint(after));
  }

  function search(terms) {
    const patterns = terms.map(patternOf);
    const phrase = patternOf(terms.join(" "));
    const found = passages.map((passage, at) => ({ passage, at, score: score(passage, patterns, phrase) }));
    return found.filter((one) => one.score > 0).sort((a, b) => b.score - a.score || a.at - b.at);
  }

  // --- how it is shown -------------------------------------------------------------------

  // The places of terms in a text, as pairs of where they begin and end, in order.
  function placesIn(text, patterns) {
    const places = patterns.flatMap((pattern, term) =>
      Array.from(text.matchAll(pattern), (place) => ({ start: place.index, end: place.index + place[0].length, term })),
    );
    return places.sort((a, b) => a.start - b.start || b.end - a.end);
  }

  // The place after which most of the terms follow soonest.
  function bestPlace(places) {
    let best = places[0];
    let most = 0;
    places.forEach((place, at) => {
      const terms = new Set();
      for (let next = at; next < places.length && places[next].start < place.start + EXCERPT; next++) {
        terms.add(places[next].term);
      }
      if (terms.size > most) [best, most] = [place, terms.size];
    });
    return best;
  }

  function append(parent, name, text, className) {
    const element = document.createElement(name);
    if (text) element.textContent = text.normalize("NFC");
    if (className) element.className = className;
    parent.append(element);
    return element;
  }

  // A text with the terms in it marked.
  function mark(parent, text, patterns, from = 0, to = text.length) {
    let done = from;
    for (const { start, end } of placesIn(text, patterns)) {
      if (start < done || end > to) continue;
      parent.append(text.slice(done, start).normalize("NFC"));
      append(parent, "mark", text.slice(start, end));
      done = end;
    }
    parent.append(text.slice(done, to).normalize("NFC"));
  }

  function excerpt(parent, text, patterns) {
    const places = placesIn(text, patterns);
    const start = places.length ? Math.max(0, bestPlace(places).start - EXCERPT / 3) : 0;
    const from = start && text.indexOf(" ", start) + 1 ? text.indexOf(" ", start) + 1 : start;
    const last = text.lastIndexOf(" ", from + EXCERPT);
    const to = from + EXCERPT >= text.length ? text.length : last > from ? last : from + EXCERPT;
    if (from) parent.append("… ");
    mark(parent, text, patterns, from, to);
    if (to < text.length) parent.append(" …");
  }

  // Browsers that can are led on to the very words.
  function addressOf(passage, patterns) {
    const places = placesIn(passage.text, patterns);
    if (!places.length || !("fragmentDirective" in document)) return passage.address;
    const { start } = bestPlace(places);
    const words = passage.text.slice(start, start + 80).normalize("NFC").split(" ").slice(0, 4).join(" ");
    const [, exact] = words.match(/^(.*[\p{L}\p{N}\p{M}])/u) ?? [];
    if (!exact) return passage.address;
    const directive = `:~:text=${encodeURIComponent(exact).replaceAll("-", "%2D")}`;
    return passage.address + (passage.address.includes("#") ? "" : "#") + directive;
  }

  function show(found, terms) {
    const patterns = terms.map(patternOf);
    list.replaceChildren();
    for (const { passage } of found.slice(0, SHOWN)) {
      const item = append(list, "li");
      const link = append(append(item, "p", "", "result"), "a");
      link.href = addressOf(passage, patterns);
      mark(link, passage.title || passage.page, patterns);
      if (passage.title && passage.page !== passage.title) append(item, "p", passage.page, "where");
      if (passage.text) excerpt(append(item, "p", "", "excerpt"), passage.text, patterns);
    }
  }

  function say(words, values) {
    status.textContent = words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function answer(query) {
    const terms = termsOf(query);
    let used = terms;
    let found = terms.length ? search(terms) : [];
    if (terms.length && !found.length) {
      used = terms.flatMap((term) => (occurs(term) ? [term] : nearTo(term)));
      found = used.length && used.join() !== terms.join() ? search(used) : [];
    }
    show(found, used);
    const words = status.dataset;
    const values = { query, count: found.length, shown: SHOWN, found: used.join(" ") };
    if (!terms.length) say("", values);
    else if (!found.length) say(words.none, values);
    else if (used !== terms) say(words.near, values);
    else say(found.length > SHOWN ? words.first : words.count, values);
    keep(query);
  }

  // The query is kept in the address, for the way back from what was found.
  function keep(query) {
    const address = query ? `?q=${encodeURIComponent(query)}` : location.pathname;
    try {
      history.replaceState(null, "", address);
    } catch {
      // some browsers do not let a page on a disk change its address
    }
  }

  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => answer(field.value.trim()), PAUSE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    answer(field.value.trim());
  });

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  if (field.value) answer(field.value.trim());
  else field.focus();
})();
