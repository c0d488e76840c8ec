import type { Clock } from '@mintmark/kit/lifecycle';
import { type AccessTokens, type CatchUp, isSignedToken, judgeWorkload, type WorkloadJudgement, type WorkloadReason } from '@mintmark/oauth';
import { ViewError, type ViewReader } from '@mintmark/view';
import type { Decisions } from '../decisions.ts';
import type { DialectAuthenticator, Judged, Presented } from '../types.ts';

export interface WorkloadAuthenticatorDeps {
  readonly tokens: AccessTokens;
  readonly memory: Pick<Decisions, 'current' | 'currentAtOnce'>;
  readonly view: ViewReader;
  /** Absent in the authority, which lacks nothing. */
  readonly catchUp: CatchUp | undefined;
  readonly clock: Clock;
}

const PERHAPS_BEHIND: ReadonlySet<WorkloadReason> = new Set<WorkloadReason>(['unknown_job', 'unknown_user', 'unknown_key']);

/**
 * Judges tokens of jobs and users. The job or user is looked up at each judgement, so its end is felt at once. An expiry that has been stated once stays
 * stated, whatever the wall clock does afterwards (P2).
 */
export class WorkloadAuthenticator implements DialectAuthenticator {
  readonly #deps: WorkloadAuthenticatorDeps;
  #latest = 0;

  constructor(deps: WorkloadAuthenticatorDeps) {
    this.#deps = deps;
  }

  async authenticate(value: string, { signal }: Presented): Promise<Judged> {
    if (!isSignedToken(value)) return { outcome: 'malformed' };
    const { memory, catchUp } = this.#deps;
    if (!memory.currentAtOnce && !(await memory.current(signal))) return { outcome: 'unavailable' };
    try {
      let judged = await this.#judge(value, signal);
      if (!judged.ok && catchUp !== undefined && PERHAPS_BEHIND.has(judged.reason)) {
        await catchUp.once();
        judged = await this.#judge(value, signal);
      }
      if (judged.ok) return { outcome: 'authenticated', principal: judged.principal };
      return { outcome: judged.reason === 'expired' ? 'expired' : 'unknown' };
    } catch (error) {
      if (error instanceof ViewError) return { outcome: 'unavailable' };
      throw error;
    }
  }

  #judge(value: string, signal: AbortSignal): Promise<WorkloadJudgement> {
    const { tokens, view, clock } = this.#deps;
    this.#latest = Math.max(this.#latest, clock.now());
    return judgeWorkload(tokens, view, value, this.#latest, signal);
  }
}
