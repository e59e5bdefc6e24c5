// Check digits of couriers' numbers; domain/parcel_labels/check_digits.py names the sources.

const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export function fitsMod10(digits) {
  const total = [...digits].reverse().reduce((sum, digit, place) => sum + Number(digit) * (place % 2 ? 3 : 1), 0);
  return total % 10 === 0;
}

export function fitsS10(number) {
  const remainder = 11 - (weighted(number.slice(2, 10), [8, 6, 4, 2, 3, 5, 9, 7]) % 11);
  return ({ 10: 0, 11: 5 }[remainder] ?? remainder) === Number(number[10]);
}

export function fitsUps(number) {
  const values = [...number.slice(2, 17)].map((one) => (/[0-9]/.test(one) ? Number(one) : (one.charCodeAt(0) - 63) % 10));
  const total = values.reduce((sum, value, place) => sum + value * (1 + (place % 2)), 0);
  return Number(number[17]) === (10 - (total % 10)) % 10;
}

export function fitsFedexExpress(number) {
  return (weighted(number.slice(0, 11), [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 11) % 10 === Number(number[11]);
}

export function dpdCheckCharacter(digits) {
  let total = 36;
  for (const digit of digits) {
    total = (total + ALPHANUMERIC.indexOf(digit)) % 36 || 36;
    total = (total * 2) % 37;
  }
  return ALPHANUMERIC[(37 - total) % 36];
}

function weighted(digits, weights) {
  return weights.reduce((sum, weight, place) => sum + weight * Number(digits[place]), 0);
}
