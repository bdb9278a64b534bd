// The scalar functions that the queries use, with the types that each is known for.
"use strict";
const { Unknown, order } = require("./values.js");
const texts = require("./texts.js");
const times = require("./times.js");

// Kusto, "not()"; of null it says nothing.
function not(value) {
  if (value === null) {
    throw new Unknown("not(null)");
  }
  return !value;
}

// Kusto, "max_of()": values take precedence to null.
function maxOf(...values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((most, one) => (order(one, most) > 0 ? one : most)) : null;
}

function coalesce(...values) {
  return values.find((value) => value !== null) ?? null;
}

// Of every argument the types that are known here, then the function. The last one may come again and again.
const FUNCTIONS = {
  ago: [["timespan"], (span, now) => times.before(now, span)],
  bin: [["datetime"], ["timespan"], times.bin],
  startofday: [["datetime"], times.startOfDay],
  startofweek: [["datetime"], times.startOfWeek],
  coalesce: [["datetime"], coalesce],
  max_of: [["datetime", "int", "long", "real"], maxOf],
  not: [["bool"], not],
  extract: [["string"], ["long"], ["string"], texts.extract],
  parse_json: [["string"], texts.parseJson],
  tostring: [["string", "dynamic"], texts.toText],
  todouble: [["dynamic"], texts.toNumber],
  todatetime: [["dynamic"], texts.toMoment],
  split: [["string"], ["string"], texts.split],
  strcat: [["string"], (...parts) => parts.join("")],
};

const ANY_NUMBER = new Set(["coalesce", "max_of", "strcat"]);

function refuse(name, types) {
  throw new Unknown(`${name}(${types.join(", ")})`);
}

// The function of a name, for arguments of these types.
function scalar(name, types) {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : refuse(name, types);
  const wanted = known.slice(0, -1);
  const fitting = types.every((type, place) => (wanted[place] ?? wanted.at(-1)).includes(type));
  const enough = ANY_NUMBER.has(name) ? types.length >= wanted.length : types.length === wanted.length;
  const alike = !ANY_NUMBER.has(name) || new Set(types).size === 1;
  return fitting && enough && alike ? { run: known.at(-1), asksTime: name === "ago" } : refuse(name, types);
}

module.exports = { scalar };
