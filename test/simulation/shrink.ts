import type { Plan } from './plan.ts';
import { type RunOptions, type RunResult, simulate } from './run.ts';

export interface Shrunk {
  readonly plan: Plan;
  readonly result: RunResult;
  /** Plans that were tried. */
  readonly tried: number;
}

/** A plan of which no part of the size that was tried last can be left out: the same promise is broken by less. `budget`: plans to try at most. */
export async function shrink(plan: Plan, result: RunResult, options: RunOptions, budget = 150): Promise<Shrunk> {
  const search = new Search(plan, result, options, budget);
  await search.cutTail();
  await search.without('faults');
  await search.without('operations');
  return { plan: search.plan, result: search.result, tried: search.tried };
}

class Search {
  plan: Plan;
  result: RunResult;
  tried = 0;
  readonly #options: RunOptions;
  readonly #budget: number;

  constructor(plan: Plan, result: RunResult, options: RunOptions, budget: number) {
    this.plan = plan;
    this.result = result;
    this.#options = options;
    this.#budget = budget;
  }

  /** What was to come after the promise was broken has no part in it. */
  async cutTail(): Promise<void> {
    for (let keep = 8; keep < this.plan.operations.length; keep *= 2) {
      const operations = this.plan.operations.slice(0, keep);
      const last = operations.at(-1)?.at ?? 0;
      if (await this.#fails({ ...this.plan, operations, faults: this.plan.faults.filter(({ at }) => at <= last) })) return;
    }
  }

  /** Leaves out halves, quarters and so on, down to single ones. */
  async without(part: 'operations' | 'faults'): Promise<void> {
    for (let size = Math.ceil(this.plan[part].length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < this.plan[part].length; ) {
        const rest = this.plan[part].filter((_, at) => at < from || at >= from + size);
        if (!(await this.#fails({ ...this.plan, [part]: rest }))) from += size;
        if (this.tried >= this.#budget) return;
      }
    }
  }

  /** Whether the plan breaks the same promise; if so it is the one to go on with. */
  async #fails(plan: Plan): Promise<boolean> {
    if (this.tried >= this.#budget) return false;
    this.tried += 1;
    const result = await simulate(plan, this.#options);
    if (result.broken?.promise !== this.result.broken?.promise) return false;
    this.plan = plan;
    this.result = result;
    return true;
  }
}
