// Microsoft's own parser of the Kusto query language: what a text says, over tables that are described to it.
"use strict";
const path = require("node:path");
const there = path.join(__dirname, "node_modules", "@kusto", "language-service-next");
require(path.join(there, "bridge.min.js"));
require(path.join(there, "Kusto.Language.Bridge.min.js"));

const { KustoCode, GlobalState, Symbols: symbols, Syntax: syntax } = Kusto.Language;

// tables: {table: [[column, type]]}
function globalsOf(tables) {
  const known = Object.entries(tables).map(([name, columns]) => {
    const found = columns.map(([column, type]) => new symbols.ColumnSymbol(column, symbols.ScalarTypes.GetSymbol(type)));
    return new symbols.TableSymbol.$ctor4(name, found);
  });
  return GlobalState.Default.WithDatabase(new symbols.DatabaseSymbol.$ctor2("workspace", null, known));
}

function parse(query, globals) {
  return KustoCode.ParseAndAnalyze(query, globals);
}

function listOf(list) {
  return Array.from({ length: list.Count }, (_, place) => list.getItem(place));
}

// The elements of a list that is separated by commas or semicolons.
function elementsOf(list) {
  return listOf(list).map((one) => one.Element$1 ?? one.Element);
}

function diagnosticsOf(code) {
  return listOf(code.GetDiagnostics()).map((one) => ({ severity: one.Severity, message: one.Message }));
}

function kindOf(node) {
  return System.Enum.toString(syntax.SyntaxKind, node.Kind);
}

// Names and types of the columns of a table, as the parser works them out; null where it knows none.
function columnsOf(node) {
  const columns = node.ResultType?.Columns;
  return columns ? listOf(columns).map((one) => [one.Name, one.Type.Name]) : null;
}

function typeOf(node) {
  return node.ResultType.Name;
}

module.exports = { globalsOf, parse, listOf, elementsOf, diagnosticsOf, kindOf, columnsOf, typeOf };
