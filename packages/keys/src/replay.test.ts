import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplayMemory, ReplayMemoryFull } from './replay.ts';

describe('the replay memory', () => {
  it('tells the first from all others until its time is over, whatever comes in between', () => {
    const call = fc.record({ id: fc.constantFrom('a', 'b', 'c'), lifeMs: fc.integer({ min: 1, max: 5_000 }), waitMs: fc.nat(2_000) });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 100 }), (calls) => {
        const memory = createReplayMemory({ max: 3 });
        const model = new Map<string, number>();
        let now = 0;
        for (const { id, lifeMs, waitMs } of calls) {
          now += waitMs;
          const seen = now < (model.get(id) ?? 0);
          expect(memory.seen(id, now + lifeMs, now)).toBe(seen);
          if (!seen) model.set(id, now + lifeMs);
        }
      }),
    );
  });

  it('refuses more than its bound rather than forget, and has room again when ids are old', () => {
    const memory = createReplayMemory({ max: 2 });
    memory.seen('a', 5_000, 0);
    memory.seen('b', 9_000, 0);
    expect(() => memory.seen('c', 9_000, 4_000)).toThrow(ReplayMemoryFull);
    expect(memory.seen('a', 9_000, 4_000)).toBe(true);
    expect(memory.seen('c', 9_000, 5_000)).toBe(false);
    expect(memory.size).toBe(2);
  });
});
