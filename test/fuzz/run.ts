import { Rng } from '../simulation/kernel/rng.ts';
import { Mutator } from './mutator.ts';
import type { Target } from './parsers.ts';

/** A pause of the machine does not come ten times in a row. */
const TRIES = 10;

export interface Bounds {
  readonly seed: number;
  readonly seconds: number;
  /** Longest that one input of at most 20 KB may take: milliseconds of the processor, or of the clock for what another process answers; the fastest of ten tries. */
  readonly hangMs: number;
}

export interface Outcome {
  readonly inputs: number;
  readonly slowestMs: number;
  /** The first input that broke the parser, and how. */
  readonly broken?: { readonly input: Buffer; readonly problem: string };
}

/** Gives a target inputs until the time is over or one breaks it. */
export async function fuzz(target: Target, { seed, seconds, hangMs }: Bounds): Promise<Outcome> {
  const mutator = new Mutator(new Rng(`${target.name} ${seed}`), target.seeds);
  const until = performance.now() + seconds * 1_000;
  let inputs = 0;
  let slowestMs = 0;
  while (performance.now() < until) {
    const input = mutator.next();
    inputs += 1;
    try {
      let ms = await timed(target, input);
      for (let again = 1; again < TRIES && ms > hangMs; again += 1) ms = Math.min(ms, await timed(target, input));
      slowestMs = Math.max(slowestMs, ms);
      if (ms > hangMs) return { inputs, slowestMs, broken: { input, problem: `took ${ms.toFixed(0)} ms` } };
    } catch (error) {
      return { inputs, slowestMs, broken: { input, problem: (error as Error).stack ?? String(error) } };
    }
  }
  return { inputs, slowestMs };
}

async function timed(target: Target, input: Buffer): Promise<number> {
  const now = target.elsewhere === true ? () => performance.now() : processorMs;
  const began = now();
  const running = target.run(input);
  if (running instanceof Promise) await running;
  return now() - began;
}

/** What this process has had of the processor: a machine that others keep busy does not make a parser slow. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
