// Prints the questions in a GIFT file, as gift-pegjs reads them. The first argument is its folder.
const { readFileSync } = require("fs");
const [folder, file] = process.argv.slice(2);
console.log(JSON.stringify(require(folder).parse(readFileSync(file, "utf8"))));
