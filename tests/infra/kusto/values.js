// Values of the scalar types that the queries use. Null is null; a string is never null
// (Kusto, "Null values": the string type does not support them).
"use strict";

// What is not known here is refused: a guess would prove nothing.
class Unknown extends Error {}

const TICKS_A_SECOND = 10_000_000n; // a tick has 100 nanoseconds (Kusto, "The datetime data type")
const ISO = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(?:Z|\+00:00)$/;

// A datetime in UTC, as ticks since 1970.
class Moment {
  constructor(ticks) {
    this.ticks = ticks;
  }

  static read(text) {
    const found = ISO.exec(text);
    if (!found) {
      throw new Unknown(`not a moment in UTC that is read here: ${text}`);
    }
    const fraction = BigInt((found[2] ?? "").padEnd(7, "0"));
    return new Moment(BigInt(Date.parse(`${found[1]}Z`)) * 10_000n + fraction);
  }

  toJSON() {
    const fraction = ((this.ticks % TICKS_A_SECOND) + TICKS_A_SECOND) % TICKS_A_SECOND;
    const whole = new Date(Number((this.ticks - fraction) / 10_000n)).toISOString().slice(0, 19);
    return fraction === 0n ? `${whole}Z` : `${whole}.${String(fraction).padStart(7, "0")}Z`;
  }
}

// A timespan in ticks.
class Span {
  constructor(ticks) {
    this.ticks = ticks;
  }
}

// A dynamic value that is not null: whatever JSON holds.
class Json {
  constructor(value) {
    this.value = value;
  }

  static of(value) {
    return value === null || value === undefined ? null : new Json(value);
  }

  toJSON() {
    return this.value;
  }
}

const READERS = {
  string: (given) => (typeof given === "string" ? given : undefined),
  bool: (given) => (typeof given === "boolean" ? given : undefined),
  int: (given) => (Number.isSafeInteger(given) ? given : undefined),
  long: (given) => (Number.isSafeInteger(given) ? given : undefined),
  real: (given) => (typeof given === "number" ? given : undefined),
  datetime: (given) => (typeof given === "string" ? Moment.read(given) : undefined),
  dynamic: (given) => Json.of(given),
};

function missing(type) {
  return type === "string" ? "" : null;
}

// A cell of a table.
function read(type, given) {
  if (given === null || given === undefined) {
    return missing(type);
  }
  const value = READERS[type]?.(given);
  if (value === undefined) {
    throw new Unknown(`no ${type}: ${JSON.stringify(given)}`);
  }
  return value;
}

// The same text for equal values, and for those alone.
function keyOf(value) {
  return value instanceof Moment || value instanceof Span ? `${value.ticks}` : JSON.stringify(value);
}

// Below, equal or above, for two values of one ordered type.
function order(left, right) {
  const [one, other] = [left, right].map((value) => value.ticks ?? value);
  if (typeof one !== typeof other || !["number", "bigint", "string"].includes(typeof one)) {
    throw new Unknown(`cannot be ordered: ${keyOf(left)} and ${keyOf(right)}`);
  }
  return one < other ? -1 : Number(one > other);
}

module.exports = { Unknown, Moment, Span, Json, TICKS_A_SECOND, read, missing, keyOf, order };
