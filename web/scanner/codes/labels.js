// The tracking number in whatever a scanner reads or a person types; a label that leaves it open names them all.
// domain/parcel_labels/labels.py does the same in the service; tests/support/label_vectors.json tests both.

import { fitsFedexExpress, fitsUps } from "./check_digits.js";
import { numbersOf, readElements } from "./gs1_elements.js";
import { numberWithin, SHAPES } from "./label_shapes.js";
import { clean, GS, lettersAndDigits } from "./label_text.js";

const NUMBER = /^(?=[A-Z]*[0-9])(?![0-9]{31})[0-9A-Z]{4,64}$/;
const GLS_TRACK_ID = /^[A-Z]{8}$/;
const LONG_NUMBER = /^(?=(?:[A-Z]*[0-9]){10})[0-9A-Z]{10,30}$/;
const ONE_NUMBER = /^[0-9A-Z][0-9A-Z .\u2010-\u2015-]*$/;
const SF = /["']K5["']\s*:\s*["']([0-9A-Z]{10,20})["']/;
const JD_PACKAGE = /^((?:JD[A-Z]{0,2})?[0-9]{8,15})-[0-9]{1,4}-[0-9]{1,4}-[0-9]{0,3}$/;
const ROUTE = /^(?:2L[A-Z]{2}|403[0-9]{3})[0-9A-Z -]*\+.*$/;
const DPD = /^%[0-9A-Z]{7}([0-9]{14})[0-9]{6}[0-9A-Z]?$/;
const BETWEEN = /[\x1c-\x1f\x04]/;
const UPS_RUN_TOGETHER = /([0-9]{2})(1Z[0-9]{8})UPSN([0-9A-Z]{6})/;
const FEDEX_RUN_TOGETHER = /([0-9]{12})[0-9]{4}FD[EX]/g;
const LICENCE_PLATE = /^(?:(JJ?D[0-9]{16,21})|[1-6]?J(?=(?:[A-Z]*[0-9]){8})([0-9A-Z]{8,35}))$/;

/** Returns the tracking numbers that the text may mean: one if it is certain, none if there is none. */
export function findNumbers(read) {
  const label = clean(read);
  for (const reader of [message, sf, jdPackage, route, gs1, dpd]) {
    const numbers = reader(label);
    if (numbers) return [...new Set(numbers)];
  }
  return [...new Set(plain(label.text))];
}

function message({ text }) {
  if (!text.startsWith("[)>")) return null;
  if (!BETWEEN.test(text)) return runTogether(text);
  const fields = text.split(BETWEEN).map((field) => field.trim());
  return fields.flatMap((_field, place) => inField(fields, place));
}

function inField(fields, place) {
  const [field, after] = [fields[place], fields[place + 1] ?? ""];
  if (/^1Z[0-9A-Z]{16}$/.test(field)) return [field];
  if (/^1Z[0-9]{8}$/.test(field) && after.startsWith("UPS")) return upsInFull(fields, place);
  if (/^FD[A-Z]{1,2}$/.test(after)) return /^[0-9]{16}$/.test(field) ? [field.slice(0, 12)] : numberWithin(field) ?? [field];
  const plate = LICENCE_PLATE.exec(field);
  return plate ? [plate[1] ?? plate[2]] : [];
}

/** Finds the number of a message whose separators a keyboard scanner has swallowed. */
function runTogether(text) {
  const found = UPS_RUN_TOGETHER.exec(text);
  if (found) return upsInFull([found[1], found[2], "UPSN", found[3]], 1);
  const ups = [...text.matchAll(/1Z[0-9A-Z]{15}[0-9]/g)].map(([number]) => number).filter(fitsUps);
  const fedex = [...text.matchAll(FEDEX_RUN_TOGETHER)].map(([, number]) => number).filter(fitsFedexExpress);
  return [...ups, ...fedex];
}

/** Completes the ten characters of a UPS message with the shipper and the class of service beside them. */
function upsInFull(fields, place) {
  const number = `1Z${fields[place + 2] ?? ""}${(fields[place - 1] ?? "").slice(-2)}${fields[place].slice(2)}`;
  return /^1Z[0-9A-Z]{15}[0-9]$/.test(number) && fitsUps(number) ? [number] : [];
}

function sf({ text }) {
  const found = SF.exec(text);
  return found && [found[1]];
}

/** Reads the code of one package of a waybill, such as JDVA00272331207-1-15-. */
function jdPackage({ text }) {
  const found = JD_PACKAGE.exec(text);
  return found && [found[1]];
}

/** Recognises DHL's routing code, which holds a postcode and no number of a parcel. */
function route({ text }) {
  return ROUTE.test(text) ? [] : null;
}

function gs1({ text, isGs1 }) {
  if (!isGs1 && !text.startsWith("(") && !text.includes(GS)) return null;
  const elements = readElements(text);
  if (!elements) return null;
  return numbersOf(elements)
    .map(lettersAndDigits)
    .flatMap((number) => {
      const inside = numberWithin(number) ?? [];
      return inside.length > 0 ? inside : [number];
    });
}

function dpd({ text }) {
  const found = DPD.exec(text);
  return found && [found[1]];
}

function plain(text) {
  const number = ONE_NUMBER.test(text) ? lettersAndDigits(text) : "";
  const within = numberWithin(number);
  if (within) return within;
  if (SHAPES.some(({ whole, fits }) => whole.test(number) && fits(number))) return [number];
  const recognised = recognisedIn(text);
  if (recognised.length > 0) return recognised;
  return NUMBER.test(number) || GLS_TRACK_ID.test(text) ? [number] : longNumbersIn(text);
}

/** Returns the numbers in a text that are recognised by their letters or their check digits. */
function recognisedIn(text) {
  const found = SHAPES.flatMap(({ spaced, fits }) =>
    [...text.matchAll(spaced)].map(([one]) => lettersAndDigits(one)).filter((number) => fits(number)),
  );
  return found.filter((one) => !found.some((other) => other !== one && other.includes(one)));
}

/** Returns the parts of a text, such as a link, that are as long as numbers are. */
function longNumbersIn(text) {
  return (text.match(/[0-9A-Z]+/g) ?? []).filter((part) => LONG_NUMBER.test(part));
}
