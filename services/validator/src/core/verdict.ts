import { isIP } from 'node:net';
import { validator } from '@mintmark/contract';
import { type Dialect, formatFreshness, parseFreshness, Refusal, type Verdict } from '@mintmark/domain';
import { deadline } from '@mintmark/kit/lifecycle';
import type { ValidatorContext } from '../context.ts';
import { principalToWire } from './principal.ts';
import type { DialectAuthenticator, Elsewhere, Judged, PresentedProof } from './types.ts';

/** How long a demand for freshness may hold up an answer where the question does not say. */
export const FRESH_WITHIN_MS = 5_000;

/** A credential on its way to a verdict. */
export interface Question {
  readonly dialect: string;
  readonly value: string;
  /** What came with a token that is bound to a key. */
  readonly proof?: PresentedProof | undefined;
  /** Text of a freshness; empty: no demand. */
  readonly freshness: string;
  /** How long the answer may wait for that freshness: milliseconds. */
  readonly waitMs: number;
  /** The address of whoever asks. */
  readonly peer: string;
  /** The address that the credential was presented from, where another than who asks presented it. */
  readonly source?: string | undefined;
  /** Whether the authority's word must be no older than the region's bound (P7). */
  readonly strict: boolean;
}

type Identity = Pick<Question, 'dialect' | 'value' | 'source'>;

export interface Answer {
  readonly verdict: Verdict;
  readonly freshness: string;
  readonly elsewhere?: Elsewhere;
}

/** The verdict where the cache has it; `undefined` where something has to be asked or waited for. Throws `Refusal` for a malformed question. */
export function verdictAtOnce(ctx: ValidatorContext, question: Question): Answer | undefined {
  authenticatorOf(ctx, question);
  if (question.freshness !== '' || question.strict || question.dialect !== 'acl') return undefined;
  const known = ctx.authenticator.fromCache(question.value);
  return known === undefined ? undefined : { verdict: verdictOf(known), freshness: ownFreshness(ctx) };
}

/**
 * The bytes of the principal's message where the cache of `acl` tokens alone says allow, valid until the cache changes; `undefined` where the answer is another one or has
 * to be looked for. Throws `Refusal` for another dialect.
 */
export function allowedAtOnce(ctx: ValidatorContext, credential: Identity, { freshness, strict }: Pick<Question, 'freshness' | 'strict'>): Uint8Array | undefined {
  authenticatorOf(ctx, credential);
  return freshness === '' && !strict && credential.dialect === 'acl' ? ctx.authenticator.cachedPrincipal(credential.value) : undefined;
}

/** Judges a credential. Throws `Refusal` `invalid_argument`; a region that is behind, and anything about the credential itself, is a verdict. */
export async function verdict(ctx: ValidatorContext, question: Question, signal: AbortSignal): Promise<Answer> {
  const authenticator = authenticatorOf(ctx, question);
  if (question.proof !== undefined && question.dialect !== 'oauth') throw new Refusal('invalid_argument', 'credential.proof goes with dialect oauth only');
  if (question.freshness !== '' && !(await isFresh(ctx, question, signal))) {
    return { verdict: { verdict: 'unknown', reason: 'stale' }, freshness: ownFreshness(ctx) };
  }
  const found = await authenticator.authenticate(question.value, { signal, peer: question.peer, source: question.source, proof: question.proof });
  const judged = ctx.strictness.judged(found, question.strict);
  const elsewhere = judged.outcome === 'authenticated' ? judged.elsewhere : undefined;
  return { verdict: verdictOf(judged), freshness: ownFreshness(ctx), ...(elsewhere === undefined ? {} : { elsewhere }) };
}

/** Whether the region covers the freshness that the question demands, within its wait. Throws `Refusal` for a malformed one. */
export async function isFresh(ctx: ValidatorContext, question: Pick<Question, 'freshness' | 'waitMs'>, signal: AbortSignal): Promise<boolean> {
  const wanted = parseFreshness(question.freshness);
  if (wanted === undefined) throw new Refusal('invalid_argument', 'freshness must be region:incarnation:index');
  using bound = deadline(ctx.world.timers, question.waitMs, signal);
  try {
    await ctx.feed.covers(wanted, bound.signal);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'stale') return false;
    throw error;
  }
}

/** The region's own freshness as this validator covers it; empty until the view was reached. */
export function ownFreshness(ctx: ValidatorContext): string {
  const { position } = ctx.follower;
  if (position === undefined) return '';
  return formatFreshness({ region: ctx.region, incarnation: position.incarnation, index: position.revision });
}

/** Throws the refusal `invalid_argument` for a dialect that is not judged here, and for a source that is no address. */
function authenticatorOf({ authenticators }: ValidatorContext, { dialect, source }: Identity): DialectAuthenticator {
  if (source !== undefined && isIP(source) === 0) throw new Refusal('invalid_argument', 'credential.source must be an IP address such as 192.0.2.1 or 2001:db8::1');
  const authenticator = authenticators.get(dialect as Dialect);
  if (authenticator === undefined) throw new Refusal('invalid_argument', `credential.dialect must be one of: ${[...authenticators.keys()].join(', ')}`);
  return authenticator;
}

function verdictOf(judged: Judged): Verdict {
  switch (judged.outcome) {
    case 'authenticated':
      return { verdict: 'allow', principal: judged.principal };
    case 'unavailable':
      return judged.stale === true ? { verdict: 'deny', reason: 'stale' } : { verdict: 'unknown', reason: 'unavailable' };
    case 'anonymous':
      return { verdict: 'deny', reason: 'malformed' };
    default:
      return { verdict: 'deny', reason: judged.outcome };
  }
}

const VERDICTS = {
  allow: validator.Verdict.VERDICT_ALLOW,
  deny: validator.Verdict.VERDICT_DENY,
  unknown: validator.Verdict.VERDICT_UNKNOWN,
} as const;

/** The answer as gRPC carries it; `stalenessMs` as `Strictness` tells it. */
export function toResponse({ verdict: judged, freshness }: Answer, stalenessMs: number | undefined): validator.ValidateResponse {
  return {
    verdict: VERDICTS[judged.verdict],
    reason: judged.verdict === 'allow' ? '' : judged.reason,
    principal: judged.verdict === 'allow' ? principalToWire(judged.principal) : undefined,
    freshness,
    stalenessMs,
  };
}
