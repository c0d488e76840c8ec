import type { people } from '@mintmark/contract';
import { type Instant, instantOf, parseTime, Refusal } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import { LRUCache } from 'lru-cache';
import type { DirectoryCopy } from './directory.ts';

/** A token's use is told at most this often. */
const TOLD_EVERY_MS = 60_000;
const FLUSH_EVERY_MS = 2_000;
const PER_CALL = 1_000;

export interface TokenUsesDeps {
  readonly world: World;
  /** So many tokens at most are remembered. */
  readonly max: number;
  /** Tells the issuer. Throws `Refusal`. */
  readonly tell: (uses: readonly people.TokenUsed[], signal: AbortSignal) => Promise<unknown>;
}

interface Use {
  at: number;
  toldAt: number;
}

/** When personal tokens were last used, in memory; told to the issuer once a minute per token, never at a check. What is not told when a process ends is lost. */
export class TokenUses {
  readonly #deps: TokenUsesDeps;
  readonly #uses: LRUCache<string, Use>;

  constructor(deps: TokenUsesDeps) {
    this.#deps = deps;
    this.#uses = new LRUCache({ max: deps.max });
  }

  /** The token is being used. */
  note(id: string): void {
    const at = this.#deps.world.clock.now();
    const use = this.#uses.get(id);
    if (use === undefined) this.#uses.set(id, { at, toldAt: 0 });
    else use.at = at;
  }

  /** When the token was last used, as far as this process and its region know; `undefined` for never. */
  lastOf(id: string, directory: DirectoryCopy): Instant | undefined {
    const here = this.#uses.peek(id)?.at;
    const told = directory.uses.get(id);
    const there = told === undefined ? undefined : parseTime(told.at);
    if (here === undefined) return there;
    const own = instantOf(here);
    return there !== undefined && there > own ? there : own;
  }

  /** Tells what is due, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.world.timers.sleep(FLUSH_EVERY_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.#flush(signal);
    }
  }

  async #flush(signal: AbortSignal): Promise<void> {
    const due = this.#due().slice(0, PER_CALL);
    if (due.length === 0) return;
    const told = due.map(([id, { at }]) => ({ id, at: Math.floor(at) }));
    try {
      await this.#deps.tell(told, signal);
      for (const [at, [, use]] of due.entries()) use.toldAt = told[at]?.at ?? use.toldAt;
    } catch (error) {
      if (!signal.aborted && !(error instanceof Refusal)) throw error;
    }
  }

  #due(): readonly [string, Use][] {
    return [...this.#uses.entries()].filter(([, { at, toldAt }]) => at >= toldAt + TOLD_EVERY_MS);
  }
}
