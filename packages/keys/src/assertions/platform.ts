import { audiencesOf, type ClaimReason, type ClockSkew, checkSkew, isAudience, isSeconds, isText, judgeForms } from '../jwt/claims.ts';
import { isObject, parseObject } from '../jwt/json.ts';
import { type Jws, type JwsReason, type JwsRules, readJws } from '../jwt/jws.ts';
import { MAX_TOKEN_LENGTH } from '../jwt/limits.ts';
import { checkSignature, isSigned, type SignatureCheck } from '../jwt/signature.ts';
import { ASSERTION_ALGORITHMS, type ClientKey, readClientKeys } from './client-keys.ts';

/** A platform that vouches for what it runs, such as a cluster that projects tokens of service accounts. */
export interface Platform {
  /** `iss` of its assertions, byte for byte. */
  readonly issuer: string;
  /** What must stand in `aud`, alone. */
  readonly audience: string;
  readonly keys: readonly ClientKey[];
  /** Full names of jobs by `sub`. A subject that is not here is nobody. */
  readonly jobs: ReadonlyMap<string, string>;
}

export type ReadPlatforms = { readonly ok: true; readonly platforms: readonly Platform[] } | { readonly ok: false; readonly problem: string };

export type PlatformReason = JwsReason | ClaimReason | 'unknown_key' | 'bad_signature' | 'lifetime_too_long' | 'unknown_subject';
export type PlatformResult = { readonly ok: true; readonly job: string } | { readonly ok: false; readonly reason: PlatformReason };

const RULES: JwsRules = { maxLength: MAX_TOKEN_LENGTH, types: new Set([undefined, 'jwt']), algorithms: new Set(ASSERTION_ALGORITHMS), jwk: 'refused' };
const FORMS = { iss: isText, sub: isText, aud: isAudience, exp: isSeconds, iat: isSeconds, nbf: isSeconds };
const REQUIRED = ['iss', 'sub', 'aud', 'exp'];
/** Longest life that an assertion may still have. */
const LONGEST_MS = 24 * 3_600_000;

/** Reads `[{"issuer","audience","jwks":{"keys":[…]},"jobs":{"<sub>":"<full name of a job>"}}]`. `problem` names the member and the accepted form. */
export function readPlatforms(value: unknown): ReadPlatforms {
  if (!Array.isArray(value)) return { ok: false, problem: 'must be a list of {"issuer","audience","jwks","jobs"}' };
  const platforms: Platform[] = [];
  for (const [at, given] of value.entries()) {
    const { issuer, audience, jwks, jobs } = isObject(given) ? given : {};
    if (!isText(issuer)) return { ok: false, problem: `[${at}].issuer must be a text` };
    if (!isText(audience)) return { ok: false, problem: `[${at}].audience must be a text` };
    if (platforms.some((other) => other.issuer === issuer)) return { ok: false, problem: `[${at}].issuer is that of another platform` };
    if (!isObject(jobs) || !Object.values(jobs).every(isText)) return { ok: false, problem: `[${at}].jobs must give the full name of a job for each subject` };
    const read = readClientKeys(jwks);
    if (!read.ok) return { ok: false, problem: `[${at}].jwks ${read.problem}` };
    platforms.push({ issuer: issuer as string, audience: audience as string, keys: read.keys, jobs: new Map(Object.entries(jobs as Record<string, string>)) });
  }
  return { ok: true, platforms };
}

/**
 * Judges what a workload's platform says of it (RFC 7523 section 3) at `now`, milliseconds since the epoch. Order: header, claims, subject, key, signature.
 * `platforms` is asked each time. An assertion may be shown again until it expires: platforms hand out one for a while.
 */
export function createPlatformVerifier(platforms: () => readonly Platform[], skew: ClockSkew, check: SignatureCheck = checkSignature): (assertion: string, now: number) => Promise<PlatformResult> {
  checkSkew(skew);
  return async (assertion, now) => {
    const read = readJws(assertion, RULES);
    if (!read.ok) return read;
    const parsed = parseObject(read.jws.payload);
    if (!parsed.ok) return parsed;
    const unfit = judgeForms(parsed.value, FORMS, REQUIRED);
    if (unfit !== undefined) return unfit;
    const claims = parsed.value as unknown as Claims;
    const platform = platforms().find(({ issuer }) => issuer === claims.iss);
    if (platform === undefined) return { ok: false, reason: 'wrong_issuer' };
    const reason = judge(claims, platform, skew, now);
    if (reason !== undefined) return { ok: false, reason };
    const job = platform.jobs.get(claims.sub);
    if (job === undefined) return { ok: false, reason: 'unknown_subject' };
    const key = keyFor(read.jws, platform.keys);
    if (key === undefined) return { ok: false, reason: 'unknown_key' };
    if (!key.algorithms.includes(read.jws.algorithm)) return { ok: false, reason: 'unsupported_algorithm' };
    return (await isSigned(read.jws, key.publicKey, check)) ? { ok: true, job } : { ok: false, reason: 'bad_signature' };
  };
}

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat?: number;
  readonly nbf?: number;
}

function judge({ aud, exp, iat = 0, nbf = 0 }: Claims, { audience }: Platform, { earlyMs, lateMs }: ClockSkew, now: number): PlatformReason | undefined {
  if (!audiencesOf(aud).every((one) => one === audience)) return 'wrong_audience';
  if (now >= exp * 1_000 + lateMs) return 'expired';
  if (exp * 1_000 - now > LONGEST_MS + earlyMs) return 'lifetime_too_long';
  return now < Math.max(iat, nbf) * 1_000 - earlyMs ? 'not_yet_valid' : undefined;
}

function keyFor({ kid, algorithm }: Jws, keys: readonly ClientKey[]): ClientKey | undefined {
  if (kid !== undefined) return keys.find((key) => key.kid === kid);
  const fitting = keys.filter((key) => key.algorithms.includes(algorithm));
  return fitting.length === 1 ? fitting[0] : undefined;
}
