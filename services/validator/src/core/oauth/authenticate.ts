import { formatTime, instantOf, type Principal, Refusal } from '@mintmark/domain';
import { ReplayMemoryFull } from '@mintmark/keys';
import type { ProofVerifier } from '@mintmark/keys/dpop';
import type { Clock } from '@mintmark/kit/lifecycle';
import { type AccessTokens, type CatchUp, isPerhapsBehind, type JudgedReason, type JudgedToken, type TokenJudgement } from '@mintmark/oauth';
import type { Decisions } from '../decisions.ts';
import type { DialectAuthenticator, Judged, Presented, PresentedProof } from '../types.ts';

export interface OAuthAuthenticatorDeps {
  readonly tokens: AccessTokens;
  readonly memory: Pick<Decisions, 'current' | 'currentAtOnce'>;
  /** Absent in the authority, which lacks nothing. */
  readonly catchUp: CatchUp | undefined;
  readonly proofs: ProofVerifier;
  readonly clock: Clock;
}

/** What refuses a token for its form: it was never made here. */
const MALFORMED: ReadonlySet<JudgedReason> = new Set<JudgedReason>([
  'malformed',
  'too_large',
  'duplicate_member',
  'wrong_type',
  'unsupported_algorithm',
  'unknown_critical',
  'forbidden_header',
  'claim_missing',
  'claim_invalid',
]);

/** Judges the access tokens of API clients. An expiry that has been stated once stays stated, whatever the wall clock does afterwards (P2). */
export class OAuthAuthenticator implements DialectAuthenticator {
  readonly #deps: OAuthAuthenticatorDeps;
  #latest = 0;

  constructor(deps: OAuthAuthenticatorDeps) {
    this.#deps = deps;
  }

  async authenticate(value: string, { signal, proof }: Presented): Promise<Judged> {
    const judged = await this.judge(value, signal);
    if (judged === undefined) return { outcome: 'unavailable' };
    if (!judged.ok) return { outcome: outcomeOf(judged.reason) };
    if (!this.#isOurs(judged)) return { outcome: 'unknown' };
    const proved = await this.#isProved(value, judged, proof);
    if (proved === undefined) return { outcome: 'unavailable' };
    return proved ? { outcome: 'authenticated', principal: principalOf(judged) } : { outcome: 'unknown' };
  }

  /** A token of whatever audience, bound or not; `undefined` where the region cannot tell now. */
  async judge(token: string, signal: AbortSignal): Promise<TokenJudgement | undefined> {
    const { tokens, memory, catchUp } = this.#deps;
    if (!memory.currentAtOnce && !(await memory.current(signal))) return undefined;
    const judged = tokens.judgeAtOnce(token, this.#now()) ?? (await tokens.judge(token, this.#now()));
    if (catchUp === undefined || !isPerhapsBehind(judged)) return judged;
    await catchUp.once();
    return tokens.judge(token, this.#now());
  }

  #isOurs({ claims }: JudgedToken): boolean {
    const [own] = this.#deps.tokens.settings.audiences;
    return typeof claims.aud === 'string' ? claims.aud === own : claims.aud.includes(own);
  }

  /** A bound token counts with a proof only, and a proof with a bound token only. `undefined`: whether the proof was used before cannot be told now. */
  async #isProved(token: string, { jkt }: JudgedToken, proof: PresentedProof | undefined): Promise<boolean | undefined> {
    if (jkt === undefined || proof === undefined) return jkt === undefined && proof === undefined;
    const { dpop, method, uri } = proof;
    try {
      return (await this.#deps.proofs(dpop, { method, uri, accessToken: token, jkt }, this.#now())).ok;
    } catch (error) {
      if (error instanceof Refusal || error instanceof ReplayMemoryFull) return undefined;
      throw error;
    }
  }

  /** The latest wall-clock time seen. */
  #now(): number {
    this.#latest = Math.max(this.#latest, this.#deps.clock.now());
    return this.#latest;
  }
}

/** Whom a good token stands for: its client, with the roles that it has now. */
function principalOf({ client, organization, roles, claims }: JudgedToken): Principal {
  const { id, body } = client.record;
  return {
    subject: `client:${id}`,
    dialect: 'oauth',
    type: 'client',
    name: body.name,
    policies: [],
    roleIds: [],
    roles,
    organizations: [organization.record.id],
    global: true,
    expiresAt: formatTime(instantOf(claims.exp * 1_000)),
  };
}

function outcomeOf(reason: JudgedReason): 'expired' | 'malformed' | 'unknown' {
  if (reason === 'expired') return 'expired';
  return MALFORMED.has(reason) ? 'malformed' : 'unknown';
}
