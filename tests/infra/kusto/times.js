// Functions of moments and spans of time.
"use strict";
const { Unknown, Moment, TICKS_A_SECOND } = require("./values.js");

const DAY = 86_400n * TICKS_A_SECOND;
const WEEK = 7n * DAY;
const A_SUNDAY = -4n * DAY; // 28 December 1969; 1 January 1970 was a Thursday

function floor(ticks, step, from = 0n) {
  const over = (ticks - from) % step;
  return ticks - (over < 0n ? over + step : over);
}

// Kusto, "bin()": multiples are counted from 0001-01-01, which comes to the same as from any other midnight where
// the step divides a day.
function bin(moment, step) {
  if (step.ticks <= 0n || DAY % step.ticks !== 0n) {
    throw new Unknown("bin() by anything but a part of a day");
  }
  return moment === null ? null : new Moment(floor(moment.ticks, step.ticks));
}

function startOfDay(moment) {
  return moment === null ? null : new Moment(floor(moment.ticks, DAY));
}

// Kusto, "startofweek()": a week begins on Sunday.
function startOfWeek(moment) {
  return moment === null ? null : new Moment(floor(moment.ticks, WEEK, A_SUNDAY));
}

function before(now, span) {
  return new Moment(now.ticks - span.ticks);
}

module.exports = { bin, startOfDay, startOfWeek, before };
