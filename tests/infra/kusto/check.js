// Reads {"tables": {table: [[column, type]]}, "queries": {name: text}}; answers with what Kusto's own analysis finds.
"use strict";
const path = require("node:path");
const there = path.join(__dirname, "node_modules", "@kusto", "language-service-next");
require(path.join(there, "bridge.min.js"));
require(path.join(there, "Kusto.Language.Bridge.min.js"));

const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const symbols = Kusto.Language.Symbols;
const tables = Object.entries(asked.tables).map(([name, columns]) => {
  const found = columns.map(([column, type]) => new symbols.ColumnSymbol(column, symbols.ScalarTypes.GetSymbol(type)));
  return new symbols.TableSymbol.$ctor4(name, found);
});
const database = new symbols.DatabaseSymbol.$ctor2("workspace", null, tables);
const globals = Kusto.Language.GlobalState.Default.WithDatabase(database);

function told(query) {
  const code = Kusto.Language.KustoCode.ParseAndAnalyze(query, globals);
  const found = code.GetDiagnostics();
  const said = [];
  for (let i = 0; i < found.Count; i += 1) {
    said.push(`${found.getItem(i).Severity}: ${found.getItem(i).Message}`);
  }
  return said;
}

const answer = Object.fromEntries(Object.entries(asked.queries).map(([name, query]) => [name, told(query)]));
process.stdout.write(JSON.stringify(answer));
