// Aggregate functions: what each makes of the rows of a group. Each answers with [name of a column, value] pairs.
"use strict";
const { Unknown, keyOf, order } = require("./values.js");
const { kindOf, typeOf } = require("./language.js");
const { valueOf, nameOf, argumentsOf } = require("./expressions.js");

const NUMBERS = new Set(["int", "long", "real"]);

function need(node, types) {
  if (!types.has(typeOf(node))) {
    throw new Unknown(`an aggregate of ${typeOf(node)}`);
  }
}

// Kusto, "summarize operator": null values are ignored.
function known(node, rows, scope) {
  return rows.map((row) => valueOf(node, row, scope)).filter((value) => value !== null);
}

function sum(rows, scope, [what]) {
  need(what, NUMBERS);
  return known(what, rows, scope).reduce((total, one) => total + one, 0);
}

function max(rows, scope, [what]) {
  need(what, new Set([...NUMBERS, "datetime"]));
  return known(what, rows, scope).reduce((most, one) => (most === null || order(one, most) > 0 ? one : most), null);
}

function countIf(rows, scope, [what]) {
  need(what, new Set(["bool"]));
  return rows.filter((row) => valueOf(what, row, scope) === true).length;
}

// Kusto estimates it; of few values the estimate is taken for exact here.
function distinct(rows, scope, [what, ...more]) {
  need(what, new Set(["string"]));
  if (more.length) {
    throw new Unknown("dcount() with an accuracy");
  }
  return new Set(known(what, rows, scope).map(keyOf)).size;
}

// Kusto, "percentile()", "Nearest-rank percentile": the smallest value at or below which so many percent lie. Kusto
// estimates it, exactly at best.
function percentile(rows, scope, [what, which]) {
  need(what, NUMBERS);
  const sorted = known(what, rows, scope).sort(order);
  const percent = valueOf(which, {}, scope);
  if (!(percent > 0 && percent <= 100)) {
    throw new Unknown(`percentile ${percent}`);
  }
  return sorted.length ? sorted[Math.ceil((percent / 100) * sorted.length) - 1] : null;
}

const AGGREGATES = {
  count: (rows, _scope, given) => (given.length ? refuse("count with an argument") : rows.length),
  countif: countIf,
  sum,
  max,
  dcount: distinct,
  percentile,
};

function refuse(what) {
  throw new Unknown(what);
}

// The last of the rows by its value; several with one value may differ in nothing that is asked for.
function best(rows, scope, what, show) {
  const valued = rows.map((row) => ({ row, value: valueOf(what, row, scope) })).filter(({ value }) => value !== null);
  if (rows.length && !valued.length) {
    throw new Unknown("arg_max() of nothing but null");
  }
  const most = valued.reduce((found, one) => (!found || order(one.value, found.value) > 0 ? one : found), null);
  const shown = valued.filter(({ value }) => order(value, most.value) === 0).map(({ row }) => keyOf(show(row)));
  if (new Set(shown).size > 1) {
    throw new Unknown("arg_max(): several rows are the last one, and differ");
  }
  return most?.row;
}

// Kusto, "arg_max()": the row in which the first argument is greatest, and of it the others, null ones too.
function argMax(rows, scope, given, columns, keys) {
  const [what, ...wanted] = given;
  const star = wanted.some((one) => kindOf(one) === "StarExpression");
  const names = star ? columns.filter((name) => !keys.includes(name)) : wanted.map(nameOf);
  const ordered = [nameOf(what), ...names.filter((name) => name !== nameOf(what))];
  const show = (row) => ordered.map((name) => row[name]);
  const row = best(rows, scope, what, show);
  if (!row) {
    throw new Unknown("arg_max() of no rows");
  }
  return ordered.map((name) => [name, row[name]]);
}

// columns: names of the input; keys: names of what is grouped by.
function aggregate(node, rows, scope, columns, keys) {
  const [call, name] = kindOf(node) === "SimpleNamedExpression" ? [node.Expression, node.Name.SimpleName] : [node, null];
  const which = kindOf(call) === "FunctionCallExpression" ? nameOf(call.Name) : kindOf(call);
  if (which === "arg_max" && name === null) {
    return argMax(rows, scope, argumentsOf(call), columns, keys);
  }
  if (name === null || !Object.hasOwn(AGGREGATES, which)) {
    throw new Unknown(`aggregate ${which}, named ${name}`);
  }
  return [[name, AGGREGATES[which](rows, scope, argumentsOf(call))]];
}

module.exports = { aggregate };
