// Where blocks of the source are in what is shown: the text of each block, in order, is looked for
// in the texts that are shown, in order.

const NEAR = 50000; // letters within which the next block is looked for
const SAME = 300; // letters within which the beginning of the same block is looked for
const LONG = 20; // letters that are hardly found by chance
const GIVE_UP = 400; // blocks that are nowhere, before notes are no longer looked for

export function letters(text) {
  const plain = text.normalize('NFKC').toLowerCase();
  return plain.replace(/[\s\u00ad\u0002\u200b-\u200d\u2060\ufeff\ufffe\u2010\u2011-]+/g, '');
}

// The `leaves` are pieces of shown text in order; what comes back are the blocks that were found, in
// that order, each with the number of the leaf that it begins in
export function align(blocks, leaves) {
  const starts = [];
  const parts = [];
  let length = 0;
  for (const leaf of leaves) {
    const part = leaf.letters ?? letters(leaf.text);
    starts.push(length);
    parts.push(part);
    length += part.length;
  }
  const all = parts.join('');
  const at = new Array(blocks.length).fill(-1);
  const missed = [];
  let from = 0;
  blocks.forEach((block, index) => {
    if (block.repeated || block.letters.length < LONG) return;
    const found = all.slice(from, from + NEAR).indexOf(block.letters);
    if (found < 0) {
      missed.push(index);
    } else {
      at[index] = from + found;
      from += found + block.letters.length;
    }
  });
  from = 0; // notes come last in the source, and anywhere on pages
  let failures = 0;
  for (const index of missed) {
    if (failures > GIVE_UP) break;
    const found = all.indexOf(blocks[index].letters, from);
    if (found < 0) failures += 1;
    else from = at[index] = found;
  }
  // what is short, or said again in contents, is the one nearest before what comes after it
  const astray = new Set(missed);
  let limit = length;
  for (let index = blocks.length - 1; index >= 0; index -= 1) {
    if (astray.has(index)) continue;
    if (at[index] >= 0) {
      limit = at[index];
      continue;
    }
    const { letters: text, file, line, column } = blocks[index];
    if (!text) continue;
    const next = blocks[index + 1];
    const same = next && next.file === file && next.line === line && next.column === column;
    const begin = Math.max(0, limit - (same ? text.length + SAME : NEAR));
    const found = all.slice(begin, limit).lastIndexOf(text);
    if (found >= 0) {
      at[index] = begin + found;
      limit = at[index];
    }
  }
  const items = at.map((position, block) => ({ block, position })).filter(({ position }) => position >= 0);
  items.sort((a, b) => a.position - b.position || a.block - b.block);
  let leaf = 0;
  for (const item of items) {
    while (starts[leaf + 1] <= item.position) leaf += 1;
    item.leaf = leaf;
  }
  return items;
}

// How many are the same at the beginning of two lists, and at the end of what is left of them
export function sameEnds(before, after, isSame = (a, b) => a === b) {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && isSame(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && isSame(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  return { head, tail };
}

// The block of now that is the one of before, when text was changed in one place
export function moved(before, now, index) {
  const { head, tail } = sameEnds(before, now, (a, b) => a.text === b.text && a.file === b.file);
  if (index < head) return index;
  if (index >= before.length - tail) return index + now.length - before.length;
  return Math.max(0, Math.min(index, now.length - tail - 1, now.length - 1));
}
