/** Remembers what may be used once only, such as the `jti` of a proof. Injected: one region's processes share it where they can. */
export interface ReplayMemory {
  /**
   * Notes the id and says whether it was there already; of any number of calls for one id exactly one is told `false`. Until `untilMs`, after which the
   * caller would refuse the thing for its age; `now` is the caller's clock. Milliseconds since the epoch. Where it cannot tell it throws or rejects,
   * and what it was asked for is not accepted.
   */
  seen(id: string, untilMs: number, now: number): boolean | Promise<boolean>;
}

/** Thrown when as much as fits is remembered and none of it is old enough to be forgotten. Nothing was noted; try again later. */
export class ReplayMemoryFull extends Error {
  readonly code = 'replay_memory_full';

  constructor(max: number) {
    super(`${max} ids are remembered, which is the bound`);
    this.name = 'ReplayMemoryFull';
  }
}

/** Old ids are looked for once in so many milliseconds at most. */
const SWEEP_MS = 1_000;

/** A memory within one process. */
export interface ProcessReplayMemory extends ReplayMemory {
  seen(id: string, untilMs: number, now: number): boolean;
  readonly size: number;
}

/** Holds `max` ids and never forgets one early: full, it throws `ReplayMemoryFull`. */
export function createReplayMemory({ max }: { readonly max: number }): ProcessReplayMemory {
  const held = new Map<string, number>();
  let sweptAt = Number.NEGATIVE_INFINITY;

  function sweep(now: number): void {
    if (Math.abs(now - sweptAt) < SWEEP_MS) return;
    sweptAt = now;
    for (const [id, untilMs] of held) if (untilMs <= now) held.delete(id);
  }

  return {
    get size() {
      return held.size;
    },
    seen(id, untilMs, now) {
      const known = held.get(id);
      if (known !== undefined && now < known) return true;
      if (known === undefined && held.size >= max) sweep(now);
      if (known === undefined && held.size >= max) throw new ReplayMemoryFull(max);
      held.set(id, untilMs);
      return false;
    },
  };
}
