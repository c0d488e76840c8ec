import { hash } from 'node:crypto';
import { createReplayMemory, type ReplayMemory } from '@mintmark/keys';
import { deadline, type Timers } from '@mintmark/kit/lifecycle';
import type { OAuthCalls } from '../../peers/oauth.ts';

/** As many as 3,000 a second leave behind. */
const MAX = 200_000;
const ANSWER_WITHIN_MS = 2_000;

/**
 * Proofs of possession that were used in the region: in this process, and then, by the issuer's memory, at any other validator. Rejects where the issuer
 * cannot tell: a proof that may have been used is not accepted.
 */
export function usedProofs(issuer: Pick<OAuthCalls, 'useProof'>, timers: Timers): ReplayMemory {
  const here = createReplayMemory({ max: MAX });
  return {
    async seen(proof, untilMs, now) {
      if (here.seen(proof, untilMs, now)) return true;
      using bound = deadline(timers, ANSWER_WITHIN_MS);
      const { fresh } = await issuer.useProof({ id: hash('sha256', proof, 'base64url') }, { requestId: 'proof', signal: bound.signal });
      return !fresh;
    },
  };
}
