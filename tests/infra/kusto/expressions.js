// The value of a scalar expression for one row. A scope holds {now, lets}.
"use strict";
const { Unknown, Span } = require("./values.js");
const { kindOf, typeOf, elementsOf } = require("./language.js");
const { comparison, equal } = require("./comparisons.js");
const { scalar } = require("./functions.js");
const { member, element } = require("./texts.js");

function nameOf(node) {
  if (kindOf(node) !== "NameReference") {
    throw new Unknown(`${kindOf(node)} where a name is expected`);
  }
  return node.SimpleName;
}

function named(node, row, scope) {
  const name = node.SimpleName;
  if (Object.hasOwn(row, name)) {
    return row[name];
  }
  if (!scope.lets.has(name)) {
    throw new Unknown(`name ${name}`);
  }
  return scope.lets.get(name);
}

function argumentsOf(call) {
  return elementsOf(call.ArgumentList.Expressions);
}

function called(node, row, scope) {
  const given = argumentsOf(node);
  const found = scalar(nameOf(node.Name), given.map(typeOf));
  const values = given.map((one) => valueOf(one, row, scope));
  return found.run(...values, ...(found.asksTime ? [scope.now] : []));
}

function compared(node, row, scope) {
  const run = comparison(kindOf(node), typeOf(node.Left), typeOf(node.Right));
  return run(valueOf(node.Left, row, scope), valueOf(node.Right, row, scope));
}

// Kusto, "in operator": with case, like ==.
function among(node, row, scope) {
  const others = elementsOf(node.Right.Expressions);
  if ([node.Left, ...others].some((one) => typeOf(one) !== "string")) {
    throw new Unknown("in, of anything but texts");
  }
  const value = valueOf(node.Left, row, scope);
  return others.some((one) => equal(value, valueOf(one, row, scope)));
}

function inside(node, row, scope) {
  if (typeOf(node.Expression) !== "dynamic") {
    throw new Unknown(`a member of ${typeOf(node.Expression)}`);
  }
  return member(valueOf(node.Expression, row, scope), nameOf(node.Selector));
}

function elementAt(node, row, scope) {
  const place = node.Selector.Expression;
  if (kindOf(place) !== "LongLiteralExpression") {
    throw new Unknown(`element by ${kindOf(place)}`);
  }
  return element(valueOf(node.Expression, row, scope), valueOf(place, row, scope));
}

const READERS = {
  LongLiteralExpression: (node) => Number(node.LiteralValue.toString()),
  RealLiteralExpression: (node) => Number(node.LiteralValue.toString()),
  StringLiteralExpression: (node) => node.LiteralValue,
  TimespanLiteralExpression: (node) => new Span(BigInt(node.LiteralValue.getTicks().toString())),
  NameReference: named,
  FunctionCallExpression: called,
  InExpression: among,
  PathExpression: inside,
  ElementExpression: elementAt,
  ParenthesizedExpression: (node, row, scope) => valueOf(node.Expression, row, scope),
};

function valueOf(node, row, scope) {
  const read = node.Operator && node.Left && kindOf(node) !== "InExpression" ? compared : READERS[kindOf(node)];
  if (!read) {
    throw new Unknown(kindOf(node));
  }
  return read(node, row, scope);
}

module.exports = { valueOf, nameOf, argumentsOf };
