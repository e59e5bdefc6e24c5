// Turns a scanned or typed text into a code that the service understands; return codes may have any spelling (R18).

import { clean, lettersAndDigits } from "./label_text.js";
import { findNumbers } from "./labels.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ALIKE = { O: "0", I: "1", L: "1" };
const PREFIX = "RMA";
// Without the prefix, one in 32 tracking numbers of twelve characters would pass the check: the service may guess, but
// this page does not.
const RETURN_CODE = /(?<![0-9A-Z])RMA(?:[^0-9A-Z]?[0-9A-Z]){12}(?![0-9A-Z])/;

/** Returns {code, isReturnCode}; {candidates} if the text can mean several numbers; null if it means none. */
export function readCode(text) {
  const returnCode = readReturnCode(text);
  if (returnCode) return { code: returnCode, isReturnCode: true };
  const numbers = findNumbers(text);
  if (numbers.length > 1) return { candidates: numbers };
  return numbers.length === 1 ? { code: numbers[0], isReturnCode: false } : null;
}

/** Returns what the service is asked: the code, or the label as it was read if it holds more than the number. */
export function question(text, read) {
  if (read?.isReturnCode || read?.code === lettersAndDigits(text)) return read.code;
  return (text.toWellFormed?.() ?? text).replace(/[\r\n]+/g, " ").trim();
}

function readReturnCode(text) {
  const [found] = RETURN_CODE.exec(clean(text).text) ?? [];
  if (!found) return null;
  const plain = [...lettersAndDigits(found).slice(PREFIX.length)].map((one) => ALIKE[one] ?? one).join("");
  const values = [...plain].map((one) => ALPHABET.indexOf(one));
  if (values.includes(-1)) return null;
  const check = values.pop();
  return checkOf(values) === check ? `RMA-${plain.match(/.{4}/g).join("-")}` : null;
}

// The same sum as in the service: over the field of 32 elements; each place has a different power of x as its weight.
function checkOf(values) {
  return timesX(values.reduce((total, value) => timesX(total) ^ value, 0));
}

function timesX(element) {
  const doubled = element << 1;
  return doubled & 0b100000 ? doubled ^ 0b100101 : doubled;
}
