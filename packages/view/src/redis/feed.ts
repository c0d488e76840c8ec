import type { Revision } from '@mintmark/domain';
import { type ChangeBatch, ViewError } from '../view.ts';
import type { RedisConnection } from './connection.ts';
import { batchOf, type Place, type StreamEntry } from './feed-entries.ts';
import type { Names, Reply } from './layout.ts';

/*
 * Reads one epoch's stream over a connection of its own.
 *
 * W1  Every read of the stream is followed, on the same connection, by a look at the epoch, the floor and the revision; what was read
 *     counts only if they show that nothing could have been missed: same epoch, floor not above, revision not below the reader.
 * W2  The place moves only with what was given to the caller. After a lost connection the stream is read from there again.
 * W3  Nothing is read ahead: a caller that is slow costs nothing here.
 */

const BATCH = 1024;
/** How long one command waits for news. An emptied server wakes nobody: this bounds how late that is noticed. */
const WAIT_MS = 1_000;
const RETRY_MS = 100;

type Stream = readonly (readonly [Buffer, readonly StreamEntry[]])[];

export async function* followFeed(
  connection: RedisConnection,
  names: Names,
  { epoch, after, signal }: { readonly epoch: string; readonly after: Revision; readonly signal: AbortSignal },
): AsyncGenerator<ChangeBatch> {
  const place: Place = { cursor: `${after}-0`, through: after };
  let started = false;
  // Right after connecting the reader looks without waiting: what it stands on may be gone.
  let waits = false;
  while (!signal.aborted) {
    const step = await take(connection, names, epoch, place, waits, signal);
    if (signal.aborted) return;
    waits = step !== undefined;
    if (step === undefined) continue;
    if (!started && !step.ready) throw new ViewError('not_ready', 'the view is being folded');
    started = true;
    const batch = batchOf(step.entries, place);
    if (batch !== undefined) yield batch;
  }
}

/** Reads once; `undefined` where the connection was lost or refuses. */
async function take(
  connection: RedisConnection,
  names: Names,
  epoch: string,
  place: Place,
  waits: boolean,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly StreamEntry[]; readonly ready: boolean } | undefined> {
  await connection.up(signal);
  if (signal.aborted) return undefined;
  const waiting = waits ? ['BLOCK', WAIT_MS] : [];
  try {
    const { reply, run } = await connection.askBoth(
      ['XREAD', 'COUNT', BATCH, ...waiting, 'STREAMS', names.feed(epoch), place.cursor],
      ['HMGET', names.state, '@epoch', '@revision', '@floor', '@ready'],
      signal,
    );
    const [stream, standing] = reply as [Stream | null, Reply];
    const [found, at, floor, ready] = standing.map((value) => value?.toString('latin1'));
    if (found !== epoch) throw new ViewError('reset', 'the view shows another epoch, or nothing');
    if (Number(floor) > place.through) throw new ViewError('reset', `the feed starts after ${floor}, the reader stands at ${place.through}`);
    if (Number(at) < place.through) throw new ViewError('reset', `the view stands at ${at}, the reader at ${place.through}`);
    return { entries: stream?.[0]?.[1] ?? [], ready: ready === run };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof ViewError && error.code !== 'unavailable') throw error;
    await pause(signal);
    return undefined;
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, RETRY_MS);
    signal.addEventListener('abort', done, { once: true });
  });
}
