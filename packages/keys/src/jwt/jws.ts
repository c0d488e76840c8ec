/** The compact form of a signed token (RFC 7515 section 7.1), read as far as no key is needed. Cheap checks come first. */
import { isObject, type JsonObject, parseObject } from './json.ts';

/** What a reader of one kind of token accepts. */
export interface JwsRules {
  /** In characters. */
  readonly maxLength: number;
  /** Accepted `typ`, in lower case and without `application/` (RFC 7515 section 4.1.9); `undefined` among them accepts a token without. */
  readonly types: ReadonlySet<string | undefined>;
  /** Accepted `alg`. Asymmetric ones only: neither `none` nor any HMAC is ever among them (RFC 8725 section 3.1). */
  readonly algorithms: ReadonlySet<string>;
  /** Whether the header brings its own key, as only a DPoP proof does. */
  readonly jwk: 'refused' | 'required';
}

export type JwsReason =
  /** Longer than `maxLength`. */
  | 'too_large'
  /** Not three parts, not canonical base64url, not a JSON object in UTF-8, or a header member of the wrong type. */
  | 'malformed'
  /** A JSON object with two members of one name. */
  | 'duplicate_member'
  /** Another `typ` than accepted, or none. */
  | 'wrong_type'
  /** An `alg` that is not accepted, for this reader or for this key. */
  | 'unsupported_algorithm'
  /** `crit`: no extension is understood here (RFC 7515 section 4.1.11). */
  | 'unknown_critical'
  /** `jku`, `x5u`, `x5c` or `jwk`: keys come from configured sources only (RFC 8725 section 3.10). */
  | 'forbidden_header';

/** A token whose header has passed. The signature has not been looked at: nothing in it may be believed. */
export interface Jws {
  readonly token: string;
  readonly header: JsonObject;
  readonly algorithm: string;
  /** Text of whoever made the token, at most 128 characters. */
  readonly kid: string | undefined;
  readonly payload: Uint8Array;
  readonly signatureBytes: number;
}

type ReadJws = { readonly ok: true; readonly jws: Jws } | { readonly ok: false; readonly reason: JwsReason };

const MAX_KID_LENGTH = 128;
const FOREIGN_KEYS = ['jku', 'x5u', 'x5c'];

export function readJws(token: string, rules: JwsRules): ReadJws {
  if (token.length > rules.maxLength) return refused('too_large');
  const parts = token.split('.', 4);
  if (parts.length !== 3) return refused('malformed');
  const [headerBytes, payload, signature] = parts.map(decoded);
  if (headerBytes === undefined || payload === undefined || signature === undefined) return refused('malformed');
  const parsed = parseObject(headerBytes);
  if (!parsed.ok) return parsed;
  const header = parsed.value;
  const reason = judgeHeader(header, rules);
  if (reason !== undefined) return refused(reason);
  const { alg: algorithm, kid } = header as { readonly alg: string; readonly kid?: string };
  return { ok: true, jws: { token, header, algorithm, kid, payload, signatureBytes: signature.length } };
}

function judgeHeader(header: JsonObject, { types, algorithms, jwk }: JwsRules): JwsReason | undefined {
  const { typ, alg, kid } = header;
  if (!types.has(plainType(typ))) return 'wrong_type';
  if (typeof alg !== 'string' || !algorithms.has(alg)) return 'unsupported_algorithm';
  if ('crit' in header) return 'unknown_critical';
  if (FOREIGN_KEYS.some((name) => name in header)) return 'forbidden_header';
  if (jwk === 'refused' ? 'jwk' in header : !isObject(header.jwk)) return jwk === 'refused' ? 'forbidden_header' : 'malformed';
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH)) return 'malformed';
  return undefined;
}

/** `typ` without its optional prefix, in lower case (RFC 7515 section 4.1.9, RFC 2045 section 5.1). A value that is no text is no known type. */
function plainType(typ: unknown): string | undefined {
  if (typ === undefined) return undefined;
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '\u0000';
}

/** Bytes of a part in canonical base64url: no padding, no foreign character, unused bits zero. The same bytes have one spelling. */
function decoded(part: string): Uint8Array | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

function refused(reason: JwsReason): ReadJws {
  return { ok: false, reason };
}
