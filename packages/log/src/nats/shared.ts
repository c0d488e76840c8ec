import type { Asking, JetStreamApi } from './api.ts';
import { ApiRefusal, asLogError, NoAnswer } from './failures.ts';
import { type LogFacts, type Mark, NO_MARK, readFacts, readMark } from './facts.ts';
import type { Link } from './link.ts';
import type { Memory } from './memory.ts';
import type { LogNames } from './names.ts';
import { sleep } from './sleep.ts';

/** What the parts of one open log share. */
export interface Shared {
  readonly link: Link;
  readonly api: JetStreamApi;
  readonly names: LogNames;
  readonly memory: Memory;
  /** Aborts when the log is closed. */
  readonly closing: AbortSignal;
  readonly warn: (warning: string) => void;
}

/** One request's patience. A server that is there answers in milliseconds. */
export const REQUEST_MS = 1_500;
/** How long a member of a cluster may claim to have less than was seen before it is believed. */
export const LAG_MS = 2_000;
/** How long a read is tried again while the log cannot be reached. */
const READ_MS = 3_000;
const RETRY_MS = 50;
const SOON_NS = 1_000_000_000;

/** What the log says that it is. Throws `NoAnswer` where it says nothing yet. */
export async function factsNow({ api, names }: Pick<Shared, 'api' | 'names'>, asking: Asking): Promise<LogFacts> {
  const about = await api.last(names.about, asking);
  if (about === undefined) throw new NoAnswer('unsent', 'the log does not say yet what it is');
  return readFacts(textOf(about.data));
}

/** How far tombstones are purged. Throws `ApiRefusal` where that was overwritten by something else. */
export async function markNow({ api, names }: Pick<Shared, 'api' | 'names'>, { incarnation }: LogFacts, asking: Asking): Promise<Mark> {
  const message = await api.last(names.of(incarnation).mark, asking);
  const mark = message === undefined ? NO_MARK : readMark(textOf(message.data), message.sequence);
  if (mark === undefined) throw new ApiRefusal(0, 'the compacted mark cannot be read');
  return mark;
}

/** Where the stream ends: a consumer that would begin there says so, without the right to look at the stream. */
export async function lastSequenceNow({ api, names }: Pick<Shared, 'api' | 'names'>, { incarnation }: Pick<LogFacts, 'incarnation'>, asking: Asking): Promise<number> {
  return (await api.createConsumer(names.of(incarnation).filter('global'), { deliver_policy: 'new', inactive_threshold: SOON_NS }, asking)).sequence;
}

/**
 * Reads from the log; tried again for a while when it cannot be reached, since reading again is safe. Throws `unavailable`, `closed`, or the
 * signal's reason.
 */
export async function reading<T>({ link, closing }: Shared, signal: AbortSignal | undefined, read: (asking: Asking) => Promise<T>): Promise<T> {
  const until = performance.now() + READ_MS;
  for (;;) {
    closing.throwIfAborted();
    signal?.throwIfAborted();
    try {
      await link.up(Math.max(0, until - performance.now()), signal);
      return await read({ timeoutMs: REQUEST_MS, signal });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!(error instanceof NoAnswer) || error.reach === 'forbidden' || performance.now() > until) throw asLogError(error);
    }
    await sleep(RETRY_MS, signal);
  }
}

export function textOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
}
