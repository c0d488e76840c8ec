import { encodeRecord } from '@mintmark/contract';
import { type MintRecord, NO_REVISION, type Revision } from '@mintmark/domain';
import { LogError, MAX_RECORD_BYTES } from '../log.ts';
import { ApiRefusal, judgeRefusal, NoAnswer } from './failures.ts';
import { type LogFacts, NO_MARK, writeMark } from './facts.ts';
import { publishHeaders } from './headers.ts';
import type { IncarnationNames } from './names.ts';
import { makeStream, newIncarnation } from './open.ts';
import { reading, type Shared } from './shared.ts';

/*
 * Writing the whole log again.
 *
 * R1  The stream that is given up is deleted first, then one of another incarnation is made that says of itself that it is being rewritten. Between
 *     the two there is none: whoever opens the log then makes an empty one, which follows nothing and is given up in its turn.
 * R2  The mark at the base is published last, when every record was acknowledged (F3).
 * R3  Only the rewriter writes to a log that is not complete. Whoever still takes the former incarnation for the present one writes to its subjects,
 *     on which no stream listens any more: however late he wakes, he gets no acknowledgement.
 */

const IN_FLIGHT = 128;

export interface Rewriting {
  readonly above: Revision;
  readonly replicas: number;
  readonly signal: AbortSignal | undefined;
}

export async function rewrite(shared: Shared, records: AsyncIterable<MintRecord>, { above, replicas, signal }: Rewriting): Promise<LogFacts> {
  const facts: LogFacts = { incarnation: newIncarnation(), base: above, rewritten: true };
  const { api, names } = shared;
  const own = names.of(facts.incarnation);
  await reading(shared, signal, (asking) => api.deleteStream(asking));
  await reading(shared, signal, (asking) => makeStream(api, names, replicas, facts, asking).catch(notYet));
  await publishAll(shared, own, records, signal);
  await reading(shared, signal, (asking) => once(() => api.publish(own.mark, writeMark(above, NO_MARK), publishHeaders({ ofSubject: 0 }), asking)));
  return facts;
}

/** A server that is still removing the files of the stream before refuses to make one of that name. */
function notYet(error: unknown): never {
  throw error instanceof ApiRefusal ? new NoAnswer('unsent', error.message, error) : error;
}

async function publishAll(shared: Shared, names: IncarnationNames, records: AsyncIterable<MintRecord>, signal: AbortSignal | undefined): Promise<void> {
  const source = records[Symbol.asyncIterator]();
  const stop = new AbortController();
  const lane = async (): Promise<void> => {
    try {
      for (let next = await source.next(); next.done !== true && !stop.signal.aborted; next = await source.next()) await publish(shared, names, next.value, signal);
    } catch (error) {
      stop.abort(error);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  await source.return?.();
  stop.signal.throwIfAborted();
}

function publish(shared: Shared, names: IncarnationNames, record: MintRecord, signal: AbortSignal | undefined): Promise<void> {
  const bytes = encodeRecord(record);
  if (bytes.length > MAX_RECORD_BYTES) throw new LogError('too_large', `the record has ${bytes.length} bytes; at most ${MAX_RECORD_BYTES} are stored`);
  const headers = publishHeaders({ ofSubject: NO_REVISION });
  return reading(shared, signal, (asking) => once(() => shared.api.publish(names.subject(record), bytes, headers, asking)));
}

/** A subject that has a message has it from an attempt whose answer was lost (R3). */
async function once(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    const { kind } = judgeRefusal(error);
    if (kind === 'conflict') return;
    if (kind === 'under_way') throw new NoAnswer('unanswered', error.message);
    throw error;
  }
}
