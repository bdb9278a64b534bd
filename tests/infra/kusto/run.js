// Runs queries over rows, for tests alone: as Microsoft's documentation says, as far as our queries go, and no further.
// Each line that it reads is {"tables": {table: [[column, type]]}, "rows": {table: [{column: value}]}, "now": moment,
// "query": text}; each line that it answers is {"rows": [{column: value}]} or {"error": text}.
"use strict";
const { createInterface } = require("node:readline");
const { Unknown, Moment, read } = require("./values.js");
const { globalsOf, parse, diagnosticsOf, kindOf, elementsOf } = require("./language.js");
const { valueOf } = require("./expressions.js");
const { rowsOf } = require("./operators.js");

function cells(columns, row) {
  const odd = Object.keys(row).find((name) => !columns.some(([known]) => known === name));
  if (odd) {
    throw new Unknown(`column ${odd} of a row`);
  }
  return Object.fromEntries(columns.map(([name, type]) => [name, read(type, row[name])]));
}

function tablesOf(asked) {
  const odd = Object.keys(asked.rows).find((name) => !Object.hasOwn(asked.tables, name));
  if (odd) {
    throw new Unknown(`rows of ${odd}`);
  }
  const filled = Object.entries(asked.tables).map(([name, columns]) => {
    return [name, (asked.rows[name] ?? []).map((row) => cells(columns, row))];
  });
  return Object.fromEntries(filled);
}

function sound(code) {
  const wrong = diagnosticsOf(code).filter((one) => one.severity === "Error");
  if (wrong.length) {
    throw new Unknown(wrong.map((one) => one.message).join("; "));
  }
  return elementsOf(code.Syntax.Statements);
}

function follow(statements, scope) {
  for (const one of statements.slice(0, -1)) {
    if (kindOf(one) !== "LetStatement") {
      throw new Unknown(kindOf(one));
    }
    scope.lets.set(one.Name.SimpleName, valueOf(one.Expression, {}, scope));
  }
  return rowsOf(statements.at(-1).Expression, scope);
}

function answer(line) {
  try {
    const asked = JSON.parse(line);
    const scope = { tables: tablesOf(asked), now: Moment.read(asked.now), lets: new Map() };
    return { rows: follow(sound(parse(asked.query, globalsOf(asked.tables))), scope) };
  } catch (error) {
    if (error instanceof Unknown) {
      return { error: error.message };
    }
    throw error;
  }
}

createInterface({ input: process.stdin }).on("line", (line) => process.stdout.write(`${JSON.stringify(answer(line))}\n`));
