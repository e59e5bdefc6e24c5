// GS1 element strings: which part of a barcode is the number of the parcel, and which is only its destination.
// domain/parcel_labels/gs1_elements.py does the same in the service and names the source.

import { GS } from "./label_text.js";

const PARENTHESES = /\(([0-9]{2,4})\)([^(]*)/g;
const FIXED = { "00": 18, "01": 14, "02": 14, 11: 6, 12: 6, 13: 6, 15: 6, 16: 6, 17: 6, 20: 2, 402: 17 };
for (let one = 0; one < 8; one++) FIXED[`41${one}`] = 13;
const VARIABLE = { 10: 20, 21: 20, 37: 8, 240: 30, 241: 30, 250: 30, 400: 30, 401: 30, 403: 30, 420: 20, 421: 12 };
for (let one = 0; one < 10; one++) VARIABLE[`9${one}`] = 90;
const MEASURES = /^3[1-6][0-9]{2}$/;
const ADDRESS = /^43[0-9]{2}$/;
const AUSTRALIA_POST = "99312650999998";

/** Returns the elements as a Map by their application identifiers, or null if the text is not made of them. */
export function readElements(text) {
  if (text.startsWith("(")) {
    const found = [...text.matchAll(PARENTHESES)].map(([, identifier, value]) => [identifier, trim(value)]);
    return found.length > 0 ? new Map(found) : null;
  }
  const elements = new Map();
  for (let rest = text; rest; ) {
    const found = first(withoutSeparators(rest));
    if (!found) return null;
    elements.set(found.identifier, found.value);
    rest = withoutSeparators(found.after);
  }
  return elements;
}

/** Returns the elements that may be the tracking number; none if they only say where the parcel goes or what it is. */
export function numbersOf(elements) {
  if (elements.get("01") === AUSTRALIA_POST && elements.has("91")) return [elements.get("91")];
  const sscc = elements.has("00") ? [`00${elements.get("00")}`] : [];
  const consignment = ["401", "402"].filter((one) => elements.has(one)).map((one) => elements.get(one));
  const own = [...elements]
    .filter(([one]) => /^9[0-9]$/.test(one))
    .map(([one, value]) => (/^[0-9]+$/.test(value) ? `${one}${value}` : value));
  return [...new Set([...sscc, ...consignment, ...own])];
}

function first(text) {
  for (const length of [2, 3, 4]) {
    const [identifier, rest] = [text.slice(0, length), text.slice(length)];
    const fixed = MEASURES.test(identifier) ? 6 : FIXED[identifier];
    if (fixed !== undefined) {
      const value = rest.slice(0, fixed);
      return value.length === fixed && /^[0-9]+$/.test(value) ? { identifier, value, after: rest.slice(fixed) } : null;
    }
    const longest = ADDRESS.test(identifier) ? 70 : VARIABLE[identifier];
    if (longest !== undefined) {
      const [value] = rest.split(GS, 1);
      const isValue = value.length > 0 && value.length <= longest;
      return isValue ? { identifier, value, after: rest.slice(value.length + 1) } : null;
    }
  }
  return null;
}

function trim(value) {
  return value.replace(/^[\x1d ]+/, "").replace(/[\x1d ]+$/, "");
}

function withoutSeparators(text) {
  return text.replace(/^\x1d+/, "");
}
