// Counts wells.

import { readFileSync } from "node:fs";


function count(path) {
  const rows = readFileSync(path, "utf8").split("\n");
  return rows.length - 1;
}
