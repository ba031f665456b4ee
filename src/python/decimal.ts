/** Floats as decimal digits, rounded as Python does it: from the exact value, halves to even. */

/** A finite float times 10^`decimals`, rounded to an integer. */
export function scaled(value: number, decimals: number): bigint {
  const [mantissa, exponent] = exact(value);
  let [numerator, denominator] = [mantissa, 1n];
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (decimals >= 0) numerator *= 10n ** BigInt(decimals);
  else denominator *= 10n ** BigInt(-decimals);
  return roundedQuotient(numerator, denominator);
}

/** The quotient of an integer and a positive one, halves to even. */
export function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  let quotient = size / denominator;
  const twice = (size % denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

/** A finite float as an integer times a power of two. */
function exact(value: number): [mantissa: bigint, exponent: number] {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  return [BigInt(mantissa), exponent];
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** `%.3f`. */
export function fixed(value: number, decimals: number): string {
  const digits = String(scaled(Math.abs(value), decimals)).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
  return isNegative(value) ? `-${text}` : text;
}

/** `%.3e`. */
export function exponential(value: number, decimals: number): string {
  const { digits, exponent } = significant(value, decimals + 1);
  const text = decimals === 0 ? digits : `${digits[0]}.${digits.slice(1)}`;
  const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return `${isNegative(value) ? "-" : ""}${text}e${power}`;
}

/** `%.3g`, trailing zeros kept where `alternate`. */
export function general(value: number, precision: number, alternate: boolean): string {
  const count = Math.max(1, precision);
  const { exponent } = significant(value, count);
  const small = exponent >= -4 && exponent < count;
  const text = small ? fixed(value, count - 1 - exponent) : exponential(value, count - 1);
  if (alternate || !text.includes(".")) return text;
  return text.replace(/^([^e]*?)\.?0+(?=e|$)/, "$1");
}

function significant(value: number, count: number): { digits: string; exponent: number } {
  if (value === 0) return { digits: "0".repeat(count), exponent: 0 };
  const size = Math.abs(value);
  const exponent = Number(size.toExponential().split("e")[1]);
  const digits = String(scaled(size, count - 1 - exponent));
  return digits.length > count ? { digits: digits.slice(0, count), exponent: exponent + 1 } : { digits, exponent };
}
