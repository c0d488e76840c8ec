import { NO_REVISION, type Revision, revision } from '@mintmark/domain';
import { type ConsumerOwner, type Delivered, PushConsumer } from './consumer.ts';
import { ApiRefusal, judgeRefusal, NoAnswer } from './failures.ts';
import { headAt, type LogFacts, type Mark, revisionAt, sequenceAt, writeMark } from './facts.ts';
import { OPERATION, publishHeaders } from './headers.ts';
import { markNow, reading, type Shared } from './shared.ts';

/*
 * Purging tombstones (rule 7).
 *
 * M1  The mark is written and acknowledged before the first tombstone goes. A purge that did not end is ended by the next one.
 * M2  A tombstone is deleted by its sequence: a key that was written again has another one, and is not touched.
 */

const DELETES_IN_FLIGHT = 64;
const OPEN_MS = 5_000;

/** Purges tombstones at or below `before`. Returns how many. */
export async function compact(
  shared: Shared,
  facts: LogFacts,
  before: Revision,
  signal: AbortSignal | undefined,
): Promise<{ readonly purged: number; readonly mark: Mark }> {
  const mark = await reading(shared, signal, (asking) => moveMark(shared, facts, before, asking));
  if (mark.compacted === NO_REVISION) return { purged: 0, mark };
  const tombstones = await reading(shared, signal, (asking) => tombstonesBefore(shared, facts, mark.sequence, sequenceAt(facts, mark.compacted), asking.signal));
  let purged = 0;
  const due = tombstones.values();
  const worker = async (): Promise<void> => {
    for (const sequence of due) {
      if (await reading(shared, signal, (asking) => shared.api.deleteMessage(sequence, asking))) purged += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(DELETES_IN_FLIGHT, tombstones.length) }, worker));
  return { purged, mark };
}

/** Makes the mark at least `before`, but never more than the head. Asked again it changes nothing. */
async function moveMark(
  shared: Shared,
  facts: LogFacts,
  before: Revision,
  asking: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Mark> {
  const { lastSequence } = await shared.api.stream(asking);
  const present = await markNow(shared, facts, asking);
  const head = revisionAt(facts, headAt(present, lastSequence));
  const compacted = revision(Math.min(before, head));
  if (compacted <= present.compacted) return present;
  try {
    const expected = present.sequence === 1 ? 0 : present.sequence;
    const text = writeMark(compacted, present);
    const { sequence } = await shared.api.publish(shared.names.of(facts.incarnation).mark, text, publishHeaders({ ofSubject: expected }), asking);
    return { compacted, sequence, head: sequence === present.sequence + 1 ? present.head : sequence - 1 };
  } catch (error) {
    // Somebody else moved it, or the attempt before did: it is read again.
    if (error instanceof ApiRefusal && judgeRefusal(error).kind === 'conflict') throw new NoAnswer('unsent', 'the compacted mark moved meanwhile');
    throw error;
  }
}

/** Sequences of all tombstones up to `last`, found by a pass over the headers up to the mark: whoever shows it shows what came before it. */
async function tombstonesBefore(
  { link, api, names, closing }: Shared,
  { incarnation }: LogFacts,
  mark: number,
  last: number,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const found: number[] = [];
  const done = Promise.withResolvers<void>();
  const owner: ConsumerOwner = {
    take({ sequence, message }: Delivered) {
      if (sequence <= last && message.headers?.get(OPERATION) === 'DEL') found.push(sequence);
      if (sequence >= mark) done.resolve();
    },
    idle: (sequence) => sequence >= mark && done.resolve(),
    hasRoom: () => true,
  };
  const aborted = (): void => done.reject(signal?.reason);
  const closed = (): void => done.reject(closing.reason);
  signal?.addEventListener('abort', aborted, { once: true });
  closing.addEventListener('abort', closed, { once: true });
  try {
    const { consumer } = await PushConsumer.open(link, api, { filter: names.of(incarnation).filter('all'), after: 1, headersOnly: true }, owner, {
      timeoutMs: OPEN_MS,
      signal,
    });
    using _ = consumer;
    consumer.accept();
    await Promise.race([done.promise, consumer.lost.then((reason) => Promise.reject(new NoAnswer('unanswered', reason)))]);
    return found;
  } finally {
    signal?.removeEventListener('abort', aborted);
    closing.removeEventListener('abort', closed);
    done.promise.catch(() => undefined);
  }
}
