// Turns a scanned or typed text into a code that the service understands; return codes may have any spelling (R18).

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ALIKE = { O: "0", I: "1", L: "1" };
const PREFIX = "RMA";
const DIGITS = 12;
const COURIERS_OWN = /^[A-Za-z0-9][A-Za-z0-9-]{3,63}$/;

/** Returns {code, isReturnCode}, or null for a text that is neither a return code nor a tracking number. */
export function readCode(text) {
  const typed = text.replace(/\s+/g, "");
  const returnCode = readReturnCode(typed);
  if (returnCode) return { code: returnCode, isReturnCode: true };
  return COURIERS_OWN.test(typed) ? { code: typed.toUpperCase(), isReturnCode: false } : null;
}

function readReturnCode(typed) {
  const whole = typed.toUpperCase().replaceAll("-", "");
  // Without the prefix, one in 32 tracking numbers of twelve characters would pass the check: the service may guess,
  // but this page does not.
  if (!whole.startsWith(PREFIX)) return null;
  const plain = [...whole.slice(PREFIX.length)].map((one) => ALIKE[one] ?? one).join("");
  const values = [...plain].map((one) => ALPHABET.indexOf(one));
  if (values.length !== DIGITS || values.includes(-1)) return null;
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
