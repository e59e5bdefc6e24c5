// The shapes of couriers' numbers, and of the longer barcodes that contain one.
// domain/parcel_labels/label_shapes.py does the same in the service and names the sources.

import { dpdCheckCharacter, fitsFedexExpress, fitsMod10, fitsS10, fitsUps } from "./check_digits.js";

const USPS = /^9[1-5](?:[0-9]{20}|[0-9]{24}|[0-9]{28})$/;

/** Numbers that are recognised wherever they stand in a text, by their first letters or by their check digits. */
export const SHAPES = [
  shape("1Z[0-9A-Z]{15}[0-9]", fitsUps),
  shape("[A-Z]{2}[0-9]{9}[A-Z]{2}", fitsS10),
  shape("9[1-5][0-9]{28}", fitsMod10),
  shape("9[1-5][0-9]{24}", fitsMod10),
  shape("9[1-5][0-9]{20}", fitsMod10),
  shape("SF[0-9]{12,13}"),
  shape("YT[0-9]{13}"),
  shape("YT[0-9]{16}"),
  shape("JT[0-9]{13}"),
  shape("JD[A-Z]{1,2}[0-9]{11,13}"),
  shape("JD[0-9]{13,20}"),
  shape("JJD[0-9]{16,21}"),
  shape("JVGL[0-9]{10,20}"),
  shape("3S[A-Z]{2,5}[0-9]{6,11}"),
  shape("DPK[0-9]{12}"),
  shape("TB[ACM][0-9]{12}"),
];

/** Returns the numbers in a long barcode: several if it leaves them open, none in a destination, else null. */
export function numberWithin(barcode) {
  const readings = [usps, fedex34, fedex32, fedex22, dpd].flatMap((read) => read(barcode));
  const fitting = readings.filter(([, fits]) => fits);
  if (readings.length > 0) return [...new Set((fitting.length > 0 ? fitting : readings).map(([number]) => number))];
  return /^420[0-9]{5}$/.test(barcode) ? [] : null;
}

function shape(characters, fits = () => true) {
  const spaced = characters.replace(/([0-9A-Z]|\[[^\]]+\])(\{[0-9,]+\})?/g, "(?:$1[ .-]*)$2");
  return { whole: new RegExp(`^(?:${characters})$`), spaced: new RegExp(`(?<![0-9A-Z])${spaced}(?![0-9A-Z])`, "g"), fits };
}

function usps(barcode) {
  if (!/^420[0-9]+$/.test(barcode)) return [];
  return [5, 9]
    .map((length) => barcode.slice(3 + length))
    .filter((rest) => USPS.test(rest))
    .map((rest) => [rest, fitsMod10(rest)]);
}

function fedex34(barcode) {
  if (!/^(?:96|[0-8])[0-9]+$/.test(barcode) || barcode.length !== 34) return [];
  const number = barcode.slice(20).replace(/^00/, "");
  const fits = number.length === 12 && fitsFedexExpress(number);
  return fits || /^(?:96|1)/.test(barcode) ? [[number, fits]] : [];
}

function fedex32(barcode) {
  const number = barcode.slice(16, 28);
  return /^[0-9]{32}$/.test(barcode) && fitsFedexExpress(number) ? [[number, true]] : [];
}

function fedex22(barcode) {
  return /^96[0-9]{20}$/.test(barcode) ? [[barcode.slice(7), true]] : [];
}

function dpd(barcode) {
  const printed = /^([0-9A-Z]{7}([0-9]{14})[0-9]{6})([0-9A-Z]?)$/.exec(barcode);
  const isRight = printed && ["", dpdCheckCharacter(printed[1])].includes(printed[3]);
  return isRight ? [[printed[2], true]] : [];
}
