const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A whole number in base 62, filled with zeros to `width` digits. Throws a `RangeError` for one that needs more. */
export function toBase62(value: bigint, width: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text;
  if (text.length > width) throw new RangeError(`does not fit into ${width} digits`);
  return text.padStart(width, '0');
}

/** The number of base 62 digits, all of which must be of the alphabet. */
export function fromBase62(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * 62n + BigInt(DIGITS.indexOf(digit));
  return value;
}
