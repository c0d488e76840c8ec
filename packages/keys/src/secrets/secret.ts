import { crc32 } from 'node:zlib';
import { type Revision, revision } from '@mintmark/domain';
import { fromBase62, toBase62 } from './base62.ts';

/**
 * What a secret says of itself without any look-up: `mm<kind>_<region>_<index>_<43 digits of 256 random bits><6 digits of CRC-32>`, digits in base 62,
 * the checksum over all that stands before it. Selectable with one click, found by scanners, and a slip of the hand is seen offline. None of it is
 * proof: only the digest's record is.
 */
export interface SecretHint {
  /** 1 to 12 lower-case letters: what it is for. */
  readonly kind: string;
  /** Where it was minted. */
  readonly region: string;
  /** The region's index when it was minted: a view that covers it and does not have the secret never will. */
  readonly index: Revision;
}

export type ParsedSecret =
  | ({ readonly ok: true } & SecretHint)
  /** `malformed`: not of this form at all. `bad_checksum`: mistyped, cut or made up. */
  | { readonly ok: false; readonly reason: 'malformed' | 'bad_checksum' };

const RANDOM_BYTES = 32;
const RANDOM_DIGITS = 43;
const CHECK_DIGITS = 6;
const MAX_LENGTH = 2 + 12 + 1 + 63 + 1 + 16 + 1 + RANDOM_DIGITS + CHECK_DIGITS;

const KIND = /^[a-z]{1,12}$/;
const REGION = /^[a-z0-9][a-z0-9-]{0,62}$/;
const SECRET = /^mm([a-z]{1,12})_([a-z0-9][a-z0-9-]{0,62})_(0|[1-9]\d{0,15})_([0-9A-Za-z]{43})[0-9A-Za-z]{6}$/;

/**
 * A new secret. `random` must be cryptographically secure: its 256 bits are written as one number, so all of them count and none more than another
 * (RFC 6749 section 10.10). Throws a `RangeError` that names the field for a kind or region of another form.
 */
export function mintSecret({ kind, region, index }: SecretHint, random: (count: number) => Uint8Array): string {
  if (!KIND.test(kind)) throw new RangeError(`kind must be 1 to 12 lower-case letters, not ${JSON.stringify(kind)}`);
  if (!REGION.test(region)) throw new RangeError(`region must be 1 to 63 of a-z, 0-9 and -, not ${JSON.stringify(region)}`);
  const bits = BigInt(`0x${Buffer.from(random(RANDOM_BYTES)).toString('hex')}`);
  const text = `mm${kind}_${region}_${revision(index)}_${toBase62(bits, RANDOM_DIGITS)}`;
  return text + checksumOf(text);
}

/** Reads a secret back. What it refuses was never minted here, so no store need be asked. */
export function parseSecret(text: string): ParsedSecret {
  const match = text.length > MAX_LENGTH ? null : SECRET.exec(text);
  if (match === null) return { ok: false, reason: 'malformed' };
  const [, kind = '', region = '', digits = '', bits = ''] = match;
  const index = Number(digits);
  if (!Number.isSafeInteger(index) || fromBase62(bits) >> BigInt(8 * RANDOM_BYTES) !== 0n) return { ok: false, reason: 'malformed' };
  if (checksumOf(text.slice(0, -CHECK_DIGITS)) !== text.slice(-CHECK_DIGITS)) return { ok: false, reason: 'bad_checksum' };
  return { ok: true, kind, region, index: revision(index) };
}

function checksumOf(text: string): string {
  return toBase62(BigInt(crc32(text)), CHECK_DIGITS);
}
