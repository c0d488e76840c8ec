import { Refusal } from '@mintmark/domain';
import { createReplayMemory, type ReplayMemory, ReplayMemoryFull } from '@mintmark/keys';

/** As many as 3,000 a second leave behind. */
const MAX = 200_000;

/** Proofs of possession that were used in the region, in this process's memory. Full, it throws the refusal `resource_exhausted`. */
export function usedProofs(): ReplayMemory {
  const memory = createReplayMemory({ max: MAX });
  return {
    seen(id, untilMs, now) {
      try {
        return memory.seen(id, untilMs, now);
      } catch (cause) {
        if (!(cause instanceof ReplayMemoryFull)) throw cause;
        throw new Refusal('resource_exhausted', 'too many proofs of possession are used now', { retryAfterMs: 1_000, cause });
      }
    },
  };
}
