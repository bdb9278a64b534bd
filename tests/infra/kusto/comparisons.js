// Operators between two scalars: == != < <= > >= and or / has contains startswith.
"use strict";
const { Unknown, order } = require("./values.js");

const same = (left, right) => typeof left === typeof right && order(left, right) === 0;

// Kusto, "Null values": a null equals no value; "Logical operators" and that page differ about two nulls.
function equal(left, right) {
  if (left === null && right === null) {
    throw new Unknown("null == null: the documentation says false in one place, null in another");
  }
  if (left === null || right === null) {
    return false;
  }
  if (typeof left === "boolean" && typeof right === "boolean") {
    return left === right;
  }
  return same(left, right);
}

// Kusto, "Null values", "Binary operations on null": null with anything gives null.
function ordered(holds) {
  return (left, right) => (left === null || right === null ? null : holds(order(left, right)));
}

// Kusto, "String operators": these three compare without case.
function ofTexts(holds) {
  return (left, right) => holds(left.toLowerCase(), right.toLowerCase());
}

// Kusto, "String operators", "What is a term?": a maximal sequence of alphanumeric characters. How `has` takes several
// terms at once is written nowhere, so that it is refused.
function has(text, term) {
  if (!/^[\p{L}\p{N}]+$/u.test(term)) {
    throw new Unknown(`has takes one term here: ${term}`);
  }
  return text.split(/[^\p{L}\p{N}]+/u).includes(term);
}

function divided(left, right) {
  return left === null || right === null ? null : left / right;
}

// Kusto, "Logical operators": null and true is false, null or true is true.
const COMPARISONS = {
  AndExpression: (left, right) => left === true && right === true,
  OrExpression: (left, right) => left === true || right === true,
  EqualExpression: equal,
  NotEqualExpression: (left, right) => !equal(left, right),
  LessThanExpression: ordered((place) => place < 0),
  LessThanOrEqualExpression: ordered((place) => place <= 0),
  GreaterThanExpression: ordered((place) => place > 0),
  GreaterThanOrEqualExpression: ordered((place) => place >= 0),
  HasExpression: ofTexts(has),
  ContainsExpression: ofTexts((text, part) => text.includes(part)),
  StartsWithExpression: ofTexts((text, part) => text.startsWith(part)),
  DivideExpression: divided,
};

const TEXTS = ["string", "string"];
const NUMBERS = new Set(["int", "long", "real"]);

const OF_TYPES = {
  HasExpression: [TEXTS],
  ContainsExpression: [TEXTS],
  StartsWithExpression: [TEXTS],
  // Whole numbers are divided without a rest; that is not used.
  DivideExpression: [["real", "real"], ["real", "int"], ["real", "long"]],
  AndExpression: [["bool", "bool"]],
  OrExpression: [["bool", "bool"]],
};

function fits(kind, left, right) {
  const known = OF_TYPES[kind];
  if (known) {
    return known.some((pair) => pair[0] === left && pair[1] === right);
  }
  return (left === right && left !== "dynamic") || (NUMBERS.has(left) && NUMBERS.has(right));
}

// The operator of a kind, for two types.
function comparison(kind, left, right) {
  const found = COMPARISONS[kind];
  if (!found || !fits(kind, left, right)) {
    throw new Unknown(`${kind} of ${left} and ${right}`);
  }
  return found;
}

module.exports = { comparison, equal };
