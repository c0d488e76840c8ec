import { Rng } from '../simulation/kernel/rng.ts';
import { behavioursOf } from './behaviour.ts';
import { LONGEST_ENTRY } from './corpus.ts';
import { Mutator } from './mutator.ts';
import type { Target } from './target.ts';

/** A pause of the machine does not come ten times in a row. */
const TRIES = 10;
/** Of one target; what is beyond them differs in what the input gave. */
const MOST_BEHAVIOURS = 2_000;

export interface Bounds {
  readonly seed: number;
  readonly seconds: number;
  /** Longest that one input of at most 20 KB may take: milliseconds of the processor, or of the clock for what another process answers; the fastest of ten tries. */
  readonly hangMs: number;
  /** Inputs that are given first, as they are, and then changed like the seeds. */
  readonly corpus: readonly Buffer[];
}

export interface Outcome {
  readonly inputs: number;
  /** How many answers could be told apart. */
  readonly behaviours: number;
  readonly slowestMs: number;
  /** What of the corpus still reaches something that nothing before it did, then what was found beside it: first what reached most at once, the shortest of those. */
  readonly corpus: readonly Buffer[];
  /** The first input that broke the parser, and how. */
  readonly broken?: Broken;
}

interface Broken {
  readonly input: Buffer;
  readonly problem: string;
}

/** Gives a target its seeds, its corpus, and then changed ones until the time is over or one breaks it. */
export async function fuzz(target: Target, bounds: Bounds): Promise<Outcome> {
  const run = new Run(target, bounds);
  const broken = await run.toItsEnd();
  return { ...run.outcome(), ...(broken === undefined ? {} : { broken }) };
}

class Run {
  readonly #target: Target;
  readonly #bounds: Bounds;
  readonly #mutator: Mutator;
  readonly #seen = new Set<string>();
  readonly #kept: Buffer[] = [];
  readonly #found: { readonly input: Buffer; readonly reached: number }[] = [];
  #inputs = 0;
  #slowestMs = 0;

  constructor(target: Target, bounds: Bounds) {
    this.#target = target;
    this.#bounds = bounds;
    this.#mutator = new Mutator(new Rng(`${target.name} ${bounds.seed}`), [...target.seeds, ...bounds.corpus]);
  }

  outcome(): Omit<Outcome, 'broken'> {
    const found = this.#found.toSorted((one, other) => other.reached - one.reached || one.input.length - other.input.length);
    return { inputs: this.#inputs, behaviours: this.#seen.size, slowestMs: this.#slowestMs, corpus: [...this.#kept, ...found.map(({ input }) => input)] };
  }

  async toItsEnd(): Promise<Broken | undefined> {
    const until = performance.now() + this.#bounds.seconds * 1_000;
    let input: Buffer = Buffer.alloc(0);
    try {
      for (input of this.#target.seeds.map((seed) => Buffer.from(seed))) await this.#reached(input);
      for (input of this.#bounds.corpus) if ((await this.#reached(input)) > 0) this.#kept.push(input);
      while (performance.now() < until) {
        input = this.#mutator.next();
        const reached = await this.#reached(input);
        if (reached === 0) continue;
        this.#mutator.add(input);
        if (input.length <= LONGEST_ENTRY) this.#found.push({ input, reached });
      }
    } catch (error) {
      return { input, problem: error instanceof Hang ? error.message : ((error as Error).stack ?? String(error)) };
    }
    return undefined;
  }

  /** How much that is new the input reached. Throws where it broke the target. */
  async #reached(input: Buffer): Promise<number> {
    this.#inputs += 1;
    const { answer, ms: first } = await this.#timed(input);
    let ms = first;
    for (let again = 1; again < TRIES && ms > this.#bounds.hangMs; again += 1) ms = Math.min(ms, (await this.#timed(input)).ms);
    this.#slowestMs = Math.max(this.#slowestMs, ms);
    if (ms > this.#bounds.hangMs) throw new Hang(`took ${ms.toFixed(0)} ms`);
    if (this.#seen.size >= MOST_BEHAVIOURS) return 0;
    const before = this.#seen.size;
    for (const behaviour of behavioursOf(answer, input)) this.#seen.add(behaviour);
    return this.#seen.size - before;
  }

  async #timed(input: Buffer): Promise<{ readonly answer: unknown; readonly ms: number }> {
    const now = this.#target.elsewhere === true ? () => performance.now() : processorMs;
    const began = now();
    const running = this.#target.run(input);
    const answer = running instanceof Promise ? await running : running;
    return { answer, ms: now() - began };
  }
}

class Hang extends Error {}

/** What this process has had of the processor: a machine that others keep busy does not make a parser slow. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
