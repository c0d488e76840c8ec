import { describe, it } from 'vitest';
import { type Behaviour, FEED_LIMIT, type ViewAdapter } from './adapter.ts';
import { calling } from './calling.ts';
import { emptiness } from './emptiness.ts';
import { feedEnds } from './feed-ends.ts';
import { feeding } from './feeding.ts';
import { finding } from './finding.ts';
import { folding } from './folding.ts';
import { indexing } from './indexing.ts';
import { listing } from './listing.ts';
import { marking } from './marking.ts';
import { writing } from './writing.ts';

const CHAPTERS = {
  'when it answers': emptiness,
  'what it takes': writing,
  'unique keys': finding,
  lists: listing,
  'table indexes': indexing,
  'the feed': feeding,
  'ends of the feed': feedEnds,
  'marks and contact': marking,
  calls: calling,
  'the fold': folding,
} as const;

type Chapters = typeof CHAPTERS;

/** The name of one behaviour. */
export type ViewBehaviour = { [C in keyof Chapters]: keyof Chapters[C] & string }[keyof Chapters];

/** Declares, in the caller's test file, one test for each behaviour that the port promises. */
export function viewConformance(adapter: ViewAdapter<ViewBehaviour>): void {
  describe(`view: ${adapter.name}`, () => {
    for (const [chapter, behaviours] of Object.entries(CHAPTERS)) {
      describe(chapter, () => {
        for (const [name, behaviour] of Object.entries<Behaviour>(behaviours)) declare(adapter, name as ViewBehaviour, behaviour);
      });
    }
  });
}

function declare(adapter: ViewAdapter<ViewBehaviour>, name: ViewBehaviour, behaviour: Behaviour): void {
  const reason = adapter.exclude?.[name];
  if (reason !== undefined) {
    it.skip(`${name} (left out: ${reason})`, () => undefined);
    return;
  }
  it(name, async () => {
    await using under = await adapter.open({ feedLimit: FEED_LIMIT });
    await behaviour(under);
  });
}
