// Tabular operators: rows in, rows out. A row is {column: value}, in the order of its columns.
"use strict";
const { Unknown, keyOf, order, missing } = require("./values.js");
const { kindOf, typeOf, elementsOf, listOf, columnsOf } = require("./language.js");
const { valueOf, nameOf } = require("./expressions.js");
const { aggregate } = require("./aggregates.js");

// [name, expression] of what a column is made of.
function column(node) {
  return kindOf(node) === "SimpleNamedExpression" ? [node.Name.SimpleName, node.Expression] : [nameOf(node), node];
}

function made(nodes, row, scope) {
  return Object.fromEntries(nodes.map(column).map(([name, what]) => [name, valueOf(what, row, scope)]));
}

function plain(operator) {
  if (operator.Parameters && operator.Parameters.Count) {
    throw new Unknown(`parameters of ${kindOf(operator)}`);
  }
}

// Kusto, "Null values", "Null values and the where operator": null is taken as false.
function where(operator, rows, scope) {
  return rows.filter((row) => valueOf(operator.Condition, row, scope) === true);
}

// What is written side by side does not see each other: all read the row as it came.
function extend(operator, rows, scope) {
  return rows.map((row) => ({ ...row, ...made(elementsOf(operator.Expressions), row, scope) }));
}

function project(operator, rows, scope) {
  return rows.map((row) => made(elementsOf(operator.Expressions), row, scope));
}

function grouped(keys, rows, scope) {
  const groups = new Map();
  for (const row of rows) {
    const by = made(keys, row, scope);
    const key = JSON.stringify(Object.values(by).map(keyOf));
    groups.set(key, { by, rows: [...(groups.get(key)?.rows ?? []), row] });
  }
  return [...groups.values()];
}

// Kusto, "summarize operator": without `by` one row even of no rows, with it none.
function summarize(operator, rows, scope, columns) {
  const keys = operator.ByClause ? elementsOf(operator.ByClause.Expressions) : [];
  const groups = keys.length ? grouped(keys, rows, scope) : [{ by: {}, rows }];
  const names = keys.map((node) => column(node)[0]);
  const made = (group) =>
    elementsOf(operator.Aggregates).flatMap((one) => aggregate(one, group.rows, scope, columns, names));
  return groups.map((group) => ({ ...group.by, ...Object.fromEntries(made(group)) }));
}

const SORTED = new Set(["int", "long", "real", "datetime", "string"]);

// Kusto, "sort operator": descending unless it is said otherwise; null comes first in ascending, last in descending order.
function direction(node) {
  const ordered = kindOf(node) === "OrderedExpression";
  const what = ordered ? node.Expression : node;
  if (!SORTED.has(typeOf(what)) || (ordered && node.Ordering.NullsClause)) {
    throw new Unknown(`an order of ${typeOf(what)}, or a place of nulls`);
  }
  return { what, sign: ordered && node.Ordering.AscOrDescKeyword.Text === "asc" ? 1 : -1 };
}

function placed(left, right) {
  if (left === null || right === null) {
    return Number(right === null) - Number(left === null);
  }
  return order(left, right);
}

function sorted(nodes, rows, scope) {
  const by = nodes.map(direction);
  const places = rows.map((row) => ({ row, values: by.map(({ what }) => valueOf(what, row, scope)) }));
  const first = (one, other) => by.map(({ sign }, i) => sign * placed(one.values[i], other.values[i])).find((n) => n) ?? 0;
  return places.sort(first).map(({ row }) => row);
}

function sort(operator, rows, scope) {
  return sorted(elementsOf(operator.Expressions), rows, scope);
}

function top(operator, rows, scope) {
  return sorted([operator.ByExpression], rows, scope).slice(0, valueOf(operator.Expression, {}, scope));
}

const OPERATORS = {
  FilterOperator: where,
  ExtendOperator: extend,
  ProjectOperator: project,
  SummarizeOperator: summarize,
  SortOperator: sort,
  TopOperator: top,
};

function fuzzy(operator) {
  const given = listOf(operator.Parameters).map((one) => [one.Name.SimpleName, one.Expression.Token?.Text]);
  if (given.some(([name]) => name !== "isfuzzy")) {
    throw new Unknown("parameters of union");
  }
  return given.some(([, value]) => value === "true");
}

function exists(node, scope) {
  const within = ["PipeExpression", "ParenthesizedExpression"].includes(kindOf(node));
  return within ? exists(node.Expression, scope) : Object.hasOwn(scope.tables, nameOf(node));
}

// Kusto, "union operator": every column of every leg; with isfuzzy, legs of tables that do not exist are left out.
function union(operator, scope) {
  const lax = fuzzy(operator);
  const legs = elementsOf(operator.Expressions).filter((leg) => !lax || exists(leg, scope));
  const rows = legs.flatMap((leg) => rowsOf(leg, scope));
  const empty = Object.fromEntries(columnsOf(operator).map(([name, type]) => [name, missing(type)]));
  return rows.map((row) => ({ ...empty, ...row }));
}

function table(node, scope) {
  const name = nameOf(node);
  if (!Object.hasOwn(scope.tables, name)) {
    throw new Unknown(`table ${name}`);
  }
  return scope.tables[name];
}

function pipe(node, scope) {
  const run = OPERATORS[kindOf(node.Operator)];
  if (!run) {
    throw new Unknown(kindOf(node.Operator));
  }
  plain(node.Operator);
  return run(node.Operator, rowsOf(node.Expression, scope), scope, columnsOf(node.Expression).map(([name]) => name));
}

const SOURCES = {
  NameReference: table,
  PipeExpression: pipe,
  UnionOperator: union,
  ParenthesizedExpression: (node, scope) => rowsOf(node.Expression, scope),
};

// The rows of a tabular expression. Their columns have to be those that the parser has worked out by itself.
function rowsOf(node, scope) {
  const run = SOURCES[kindOf(node)];
  if (!run) {
    throw new Unknown(kindOf(node));
  }
  const rows = run(node, scope);
  const wanted = JSON.stringify(columnsOf(node).map(([name]) => name));
  const odd = rows.find((row) => JSON.stringify(Object.keys(row)) !== wanted);
  if (odd) {
    throw new Unknown(`columns ${Object.keys(odd)} where the parser says ${wanted}`);
  }
  return rows;
}

module.exports = { rowsOf };
