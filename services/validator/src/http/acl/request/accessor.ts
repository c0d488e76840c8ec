import { isUuid, Refusal } from '@mintmark/domain';

const LENGTH = 36;
const MAX_HYPHENS = 4;

/** The id that an accessor in a path names. Like Nomad it is read as hexadecimal digits, wherever the hyphens are. Throws `Refusal` in Nomad's words. */
export function accessorIdOf(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  if (Buffer.byteLength(text) !== LENGTH) throw lookupFailed('UUID must be 36 characters');
  return hyphenated(digitsOf(text));
}

/** What ids start with that the prefix asks for (specs 1.2). Throws `Refusal` in Nomad's words. */
export function idPrefixOf(text: string): string {
  const length = Buffer.byteLength(text);
  if (length > LENGTH) throw lookupFailed(`Invalid UUID length. UUID have 36 characters; got ${length}`);
  return hyphenated(digitsOf(text));
}

function digitsOf(text: string): string {
  const hyphens = text.split('-').length - 1;
  if (hyphens > MAX_HYPHENS) throw lookupFailed(`UUID should have maximum of ${MAX_HYPHENS} "-"; got ${hyphens}`);
  const digits = text.replaceAll('-', '').toLowerCase();
  if (Buffer.byteLength(digits) % 2 !== 0) throw lookupFailed('Input (without hyphens) must be even length');
  const wrong = /[^0-9a-f]/u.exec(digits)?.[0];
  if (wrong !== undefined) throw lookupFailed(`Invalid UUID: encoding/hex: invalid byte: ${codePoint(wrong)}`);
  return digits;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function hyphenated(digits: string): string {
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].filter((part) => part !== '').join('-');
}

function lookupFailed(problem: string): Refusal {
  return new Refusal('invalid_argument', `acl token lookup failed: index error: ${problem}`);
}
