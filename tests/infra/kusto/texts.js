// Functions of texts and of dynamic values.
"use strict";
const { Unknown, Moment, Json } = require("./values.js");

const ODD = /\(\?|\\[1-9kpPbBAzQ]/; // where JavaScript may differ from Kusto's own expressions

// Kusto, "Regex syntax": a point is anything but a new line; for JavaScript some other characters end a line too.
function pattern(text) {
  if (ODD.test(text)) {
    throw new Unknown(`regular expression: ${text}`);
  }
  return new RegExp(text.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\./gs, (part) => (part === "." ? "[^\\n]" : part)), "u");
}

// Kusto, "extract()": null without a match, which is an empty text, as texts are never null.
function extract(regex, group, source) {
  return pattern(regex).exec(source)?.[group] ?? "";
}

// Kusto, "parse_json()": what is no JSON becomes a dynamic value that holds the text itself.
function parseJson(text) {
  try {
    return Json.of(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) {
      return new Json(text);
    }
    throw error;
  }
}

// Kusto, "tostring()": an empty text for null.
function toText(value) {
  if (value === null) {
    return "";
  }
  const inside = value instanceof Json ? value.value : value;
  if (typeof inside === "string") {
    return inside;
  }
  if (typeof inside === "object") {
    return JSON.stringify(inside);
  }
  throw new Unknown(`tostring() of ${JSON.stringify(inside)}`);
}

function toNumber(value) {
  if (value === null) {
    return null;
  }
  if (!(value instanceof Json) || typeof value.value !== "number") {
    throw new Unknown(`todouble() of ${JSON.stringify(value)}`);
  }
  return value.value;
}

function toMoment(value) {
  if (value === null) {
    return null;
  }
  if (!(value instanceof Json) || typeof value.value !== "string") {
    throw new Unknown(`todatetime() of ${JSON.stringify(value)}`);
  }
  return Moment.read(value.value);
}

// Kusto, "split()": the parts as an array; the only part of an empty text is an empty one.
function split(source, delimiter) {
  if (!delimiter) {
    throw new Unknown("split() without a delimiter");
  }
  return new Json(source.split(delimiter));
}

// Kusto, "Dynamic object accessors": whatever is not there is null.
function member(value, name) {
  const held = value?.value;
  return typeof held === "object" && !Array.isArray(held) && Object.hasOwn(held, name) ? Json.of(held[name]) : null;
}

function element(value, place) {
  const held = value?.value;
  if (place < 0) {
    throw new Unknown("an element from the end");
  }
  return Array.isArray(held) ? Json.of(held[place]) : null;
}

module.exports = { extract, parseJson, toText, toNumber, toMoment, split, member, element };
