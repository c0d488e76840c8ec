import { createPublicKey, type KeyObject } from 'node:crypto';
import { isObject } from './json.ts';

/** A public key that somebody else generated. */
export interface ForeignKey {
  /** Of one key always the same algorithm, under every name it has (RFC 8725 section 3.1). */
  readonly algorithms: readonly string[];
  readonly publicKey: KeyObject;
  /** The members that make the key, and no others: what its thumbprint is taken of (RFC 7638 section 3.2). */
  readonly jwk: { readonly kty: string; readonly [member: string]: string };
}

export type ReadKey = { readonly ok: true; readonly key: ForeignKey } | { readonly ok: false; readonly problem: string };

interface KeyRow {
  readonly algorithms: readonly string[];
  /** Required members in their canonical length: nothing larger ever reaches the cryptography. */
  readonly members: Readonly<Record<string, RegExp>>;
}

/** RFC 7518 section 6, RFC 8037 section 2. EdDSA with Ed25519 has two names since RFC 9864. */
const CURVES: Readonly<Record<string, KeyRow>> = {
  'EC P-256': { algorithms: ['ES256'], members: { crv: /^/, x: /^[\w-]{43}$/, y: /^[\w-]{43}$/ } },
  'EC P-384': { algorithms: ['ES384'], members: { crv: /^/, x: /^[\w-]{64}$/, y: /^[\w-]{64}$/ } },
  'OKP Ed25519': { algorithms: ['EdDSA', 'Ed25519'], members: { crv: /^/, x: /^[\w-]{43}$/ } },
};
/** 3,072 to 4,096 bits: less is weak, more is work for whoever verifies. */
const RSA: KeyRow = { algorithms: ['PS256', 'RS256'], members: { n: /^[\w-]{512,683}$/, e: /^AQAB$/ } };
const MIN_RSA_BITS = 3_072;

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

export const CURVE_ALGORITHMS: readonly string[] = Object.values(CURVES).flatMap((row) => row.algorithms);
export const FOREIGN_ALGORITHMS: readonly string[] = [...CURVE_ALGORITHMS, ...RSA.algorithms];

/** Reads a public JWK. `problem` says what is wrong with it and what is accepted, and repeats nothing of it. */
export function readPublicJwk(value: unknown, { rsa }: { readonly rsa: boolean }): ReadKey {
  if (!isObject(value)) return unfit('must be a JSON object');
  if (PRIVATE_MEMBERS.some((name) => name in value)) return unfit('must be a public key: it has members of a private or symmetric one');
  const row = value.kty === 'RSA' ? rsa && RSA : CURVES[`${value.kty} ${value.crv}`];
  if (!row) return unfit(`must be a key of kty and crv ${Object.keys(CURVES).join(', ')}${rsa ? ' or of kty RSA' : ''}`);
  const { kty, alg } = value;
  const algorithms = algorithmsOf(row, alg);
  if (algorithms.length === 0) return unfit(`alg must be ${row === RSA ? '' : 'absent or '}one of ${row.algorithms.join(', ')}`);
  const jwk: Record<string, string> & { kty: string } = { kty: `${kty}` };
  for (const [name, form] of Object.entries(row.members)) {
    const member = value[name];
    if (typeof member !== 'string' || !form.test(member)) return unfit(`${name} is not what a key of this kind has`);
    jwk[name] = member;
  }
  const publicKey = imported(jwk);
  return publicKey === undefined ? unfit('is no key: its numbers do not fit') : { ok: true, key: { algorithms, publicKey, jwk } };
}

/** Curves have one algorithm each; an RSA key must say which one it is for. */
function algorithmsOf(row: KeyRow, alg: unknown): readonly string[] {
  if (row === RSA) return row.algorithms.filter((name) => name === alg);
  return alg === undefined || row.algorithms.some((name) => name === alg) ? row.algorithms : [];
}

function imported(jwk: Record<string, string>): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return (key.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS ? undefined : key;
  } catch {
    return undefined;
  }
}

function unfit(problem: string): ReadKey {
  return { ok: false, problem };
}
