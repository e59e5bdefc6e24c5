// Text as readers and people give it: control characters in every rendering, full-width characters, any separators.
// domain/parcel_labels/label_text.py does the same in the service; tests/support/label_vectors.json tests both.

export const GS = "\x1d";
const LONGEST_TEXT = 2000;
const SEPARATORS = { GS, FNC1: GS, F1: GS, RS: "\x1e", US: "\x1f", FS: "\x1c", EOT: "\x04" };
const PICTURES = { "\u241c": "\x1c", "\u241d": GS, "\u241e": "\x1e", "\u241f": "\x1f", "\u2404": "\x04" };
const NAMED = /[{<[(](GS|FNC1|F1|RS|US|FS|EOT)[)\]>}]/gi;
const HEXADECIMAL = /(?:\\x|\\u00)(1[C-F]|04)/gi;
const IN_MESSAGE = /_(1[C-F]|04)/gi;
const DECIMAL_IN_MESSAGE = /~0(28|29|30|31|04)/g;
const SYMBOLOGY = /^\]([A-Za-z][0-9A-Za-z])/;
const GS1_SYMBOLOGIES = new Set(["C1", "E0", "E1", "E2", "D2", "Q3", "J1"]);
const AROUND = " \\t\\r\\n\\x00\\x02\\x03*";
const BEFORE = new RegExp(`^[${AROUND}]+`);
const AFTER = new RegExp(`[${AROUND}]+$`);
const BEFORE_ELEMENTS = new RegExp(`^[${AROUND}\\x1d]+`);

/** Returns {text, isGs1}: what was read in upper case, without its symbology identifier. */
export function clean(read) {
  const whole = withControls(read.slice(0, LONGEST_TEXT).normalize("NFKC")).replace(BEFORE, "").replace(AFTER, "");
  const symbology = SYMBOLOGY.exec(whole);
  const text = symbology ? whole.slice(symbology[0].length) : whole;
  const isGs1 = GS1_SYMBOLOGIES.has(symbology?.[1].toUpperCase()) || text.startsWith(GS);
  return { text: text.replace(BEFORE_ELEMENTS, "").toUpperCase(), isGs1 };
}

/** Returns the normal form of a number: its letters and digits only, in upper case, full-width ones as ASCII. */
export function lettersAndDigits(text) {
  return text.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "");
}

function withControls(text) {
  const plain = text
    .replace(/[\u241c-\u241f\u2404]/g, (picture) => PICTURES[picture])
    .replace(NAMED, (_whole, name) => SEPARATORS[name.toUpperCase()])
    .replace(HEXADECIMAL, fromHexadecimal)
    .replaceAll("^]", GS);
  if (!plain.startsWith("[)>")) return plain;
  return plain
    .replace(IN_MESSAGE, fromHexadecimal)
    .replace(DECIMAL_IN_MESSAGE, (_whole, digits) => String.fromCharCode(Number(digits)));
}

function fromHexadecimal(_whole, digits) {
  return String.fromCharCode(parseInt(digits, 16));
}
