import { isObject, type JsonObject } from './json.ts';

/** Claims of an access token (RFC 9068 section 2.2) and whatever a dialect adds. Times are whole seconds since the epoch. */
export interface AccessClaims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly nbf: number;
  readonly iat: number;
  readonly sub: string;
  readonly jti: string;
  readonly client_id: string;
  /** The key that the token is bound to: it counts with a DPoP proof of that key only (RFC 9449 section 6.1). */
  readonly cnf?: { readonly jkt: string };
  readonly [name: string]: unknown;
}

/** How far clocks may differ, each from 0 to 30,000 ms. Times are compared to the millisecond and never rounded. */
export interface ClockSkew {
  /** How much before `nbf` and `iat` a token is accepted: how far the minter's clock may be ahead. */
  readonly earlyMs: number;
  /** How long from `exp` on a token is still accepted. 0 keeps short lives short. */
  readonly lateMs: number;
}

export type ClaimReason =
  /** A required claim is not there. */
  | 'claim_missing'
  /** A claim has another type or form than it must. */
  | 'claim_invalid'
  | 'wrong_issuer'
  | 'wrong_audience'
  /** `exp` has come (RFC 7519 section 4.1.4). */
  | 'expired'
  /** `nbf` or `iat` lies ahead (RFC 7519 sections 4.1.5 and 4.1.6). */
  | 'not_yet_valid';

export interface ClaimRefusal {
  readonly ok: false;
  readonly reason: ClaimReason;
  readonly claim: string;
}

const MAX_SKEW_MS = 30_000;

/** Throws a `RangeError` for a skew that rules forbid. */
export function checkSkew(skew: ClockSkew): void {
  for (const name of ['earlyMs', 'lateMs'] as const) {
    if (!(skew[name] >= 0 && skew[name] <= MAX_SKEW_MS)) throw new RangeError(`${name} must be from 0 to ${MAX_SKEW_MS} milliseconds, not ${skew[name]}`);
  }
}

type Form = (value: unknown) => boolean;

export const isText: Form = (value) => typeof value === 'string' && value !== '';
/** RFC 7519 NumericDate; ours are whole seconds. */
export const isSeconds: Form = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isAudience: Form = (value) => isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));
/** A `jti` that is remembered against replay: at most 256 characters. */
export const isSingleUseId: Form = (value) => isText(value) && (value as string).length <= 256;

/** RFC 7800 section 3.1. A confirmation of another kind is refused: whoever does not understand it would take a bound token for a bearer token. */
const isConfirmation: Form = (value) => isObject(value) && isText(value.jkt) && Object.keys(value).length === 1;

const FORMS: Readonly<Record<string, Form>> = {
  iss: isText,
  aud: isAudience,
  exp: isSeconds,
  nbf: isSeconds,
  iat: isSeconds,
  sub: isText,
  jti: isText,
  client_id: isText,
  cnf: isConfirmation,
};
const REQUIRED = ['iss', 'aud', 'exp', 'nbf', 'iat', 'sub', 'jti', 'client_id'];

/** What an access token must say here. */
export interface Expectations {
  /** Compared byte for byte (RFC 8414 section 2). */
  readonly issuer: string;
  /** One of them must be among the token's audiences. */
  readonly audiences: ReadonlySet<string>;
  readonly skew: ClockSkew;
}

type Judged = { readonly ok: true; readonly claims: AccessClaims } | ClaimRefusal;

/** Presence and form of every claim, then issuer, audience and times at `now` (milliseconds since the epoch). */
export function judgeClaims(claims: JsonObject, { issuer, audiences, skew }: Expectations, now: number): Judged {
  const unfit = judgeForms(claims, FORMS, REQUIRED);
  if (unfit !== undefined) return unfit;
  const { iss, aud, exp, nbf, iat } = claims as AccessClaims;
  if (iss !== issuer) return refusedClaim('wrong_issuer', 'iss');
  if (!audiencesOf(aud).some((one) => audiences.has(one))) return refusedClaim('wrong_audience', 'aud');
  if (now >= exp * 1_000 + skew.lateMs) return refusedClaim('expired', 'exp');
  if (now < nbf * 1_000 - skew.earlyMs) return refusedClaim('not_yet_valid', 'nbf');
  if (now < iat * 1_000 - skew.earlyMs) return refusedClaim('not_yet_valid', 'iat');
  return { ok: true, claims: claims as AccessClaims };
}

/** The first claim that is required and missing, or there and not of its form. */
export function judgeForms(claims: JsonObject, forms: Readonly<Record<string, Form>>, required: readonly string[]): ClaimRefusal | undefined {
  for (const name of required) if (!Object.hasOwn(claims, name)) return refusedClaim('claim_missing', name);
  for (const [name, isFit] of Object.entries(forms)) {
    if (Object.hasOwn(claims, name) && !isFit(claims[name])) return refusedClaim('claim_invalid', name);
  }
  return undefined;
}

export function audiencesOf(aud: string | readonly string[]): readonly string[] {
  return typeof aud === 'string' ? [aud] : aud;
}

function refusedClaim(reason: ClaimReason, claim: string): ClaimRefusal {
  return { ok: false, reason, claim };
}
