import { describe, it } from 'vitest';
import type { Behaviour, LogAdapter, LogUnderTest, OpenOptions } from './adapter.ts';
import { appending } from './appending.ts';
import { calling } from './calling.ts';
import { compacting } from './compacting.ts';
import { comparing } from './comparing.ts';
import { contending } from './contending.ts';
import { doubting } from './doubting.ts';
import { ending } from './ending.ts';
import { lasting } from './lasting.ts';
import { modelling } from './modelling.ts';
import { pacing } from './pacing.ts';
import { reading } from './reading.ts';
import { rewriting } from './rewriting.ts';
import { sharing } from './sharing.ts';
import { tailing } from './tailing.ts';

const CHAPTERS = {
  'what it takes': appending,
  'compare and set': comparing,
  contention: contending,
  reads: reading,
  tails: tailing,
  'the pace of a tail': pacing,
  'ends of a tail': ending,
  compaction: compacting,
  'what lasts': lasting,
  'written again': rewriting,
  calls: calling,
  'unknown outcomes': doubting,
  'two handles': sharing,
  'the model': modelling,
} as const;

type Chapters = typeof CHAPTERS;

/** The name of one behaviour. */
export type LogBehaviour = { [C in keyof Chapters]: keyof Chapters[C] & string }[keyof Chapters];

/** An adapter as its test hands it to the suite: a factory, and what it cannot have. */
export type LogAdapterUnderTest = LogAdapter<LogBehaviour>;

/** Declares, in the caller's test file, one test for each behaviour that the port promises. */
export function logConformance(adapter: LogAdapterUnderTest): void {
  describe(`log: ${adapter.name}`, () => {
    for (const [chapter, behaviours] of Object.entries(CHAPTERS)) {
      describe(chapter, () => {
        for (const [name, behaviour] of Object.entries<Behaviour>(behaviours)) declare(adapter, name as LogBehaviour, behaviour);
      });
    }
  });
}

function declare(adapter: LogAdapterUnderTest, name: LogBehaviour, behaviour: Behaviour): void {
  const reason = adapter.exclude?.[name];
  if (reason !== undefined) {
    it.skip(`${name} (left out: ${reason})`, () => undefined);
    return;
  }
  it(name, async () => {
    await using opened = new AsyncDisposableStack();
    const another = async (options: OpenOptions = {}): Promise<LogUnderTest> => opened.use(await adapter.open(options));
    const under = await another();
    await behaviour({ under, log: under.log, another });
  });
}
