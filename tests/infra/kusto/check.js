// Reads {"tables": {table: [[column, type]]}, "queries": {name: text}}; answers with what Kusto's own analysis finds.
"use strict";
const { globalsOf, parse, diagnosticsOf } = require("./language.js");

const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const globals = globalsOf(asked.tables);

function told(query) {
  return diagnosticsOf(parse(query, globals)).map((one) => `${one.severity}: ${one.message}`);
}

const answer = Object.fromEntries(Object.entries(asked.queries).map(([name, query]) => [name, told(query)]));
process.stdout.write(JSON.stringify(answer));
