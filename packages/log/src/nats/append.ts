import { encodeRecord } from '@mintmark/contract';
import { type MintRecord, NO_REVISION, type Revision } from '@mintmark/domain';
import { type AppendOptions, type Expect, LogError, MAX_RECORD_BYTES, type Seen } from '../log.ts';
import type { StoredMessage } from './api.ts';
import { ApiRefusal, asLogError, judgeRefusal, NoAnswer } from './failures.ts';
import { headAt, type LogFacts, type Mark, revisionAt, sequenceAt } from './facts.ts';
import { EXPECTED_LAST_OF_SUBJECT, type ExpectedSequence, publishHeaders } from './headers.ts';
import { entryOf } from './message.ts';
import { markNow, REQUEST_MS, type Shared } from './shared.ts';
import { sleep } from './sleep.ts';

/*
 * One append: publish until it is known what became of it.
 *
 * A1  Every attempt carries the same expectation, so at most one of them is stored, and the record's write id as message id. The server looks at
 *     that first and gives the first one's answer again (rule 4). A replicated stream also remembers the ids of attempts that it refused, without an
 *     answer to give: after one of those the id gets a suffix.
 * A2  A refused expectation is a conflict as long as every attempt before was answered. After an attempt without an answer it may be our own
 *     write that stands in the way: the key is read back (rule 4).
 * A3  `unavailable` is thrown only where nothing can have been written.
 * A4  An answer whose sequence was already seen before it was asked for comes from a log that went back: never a success.
 */

/** How long an append that certainly wrote nothing is tried again. */
const PATIENCE_MS = 2_000;
/** How long it is tried to find out about one that may have written. */
const SETTLE_MS = 10_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
/** A sequence that no message has. */
const NOWHERE = Number.MAX_SAFE_INTEGER;

export interface AppendDeps extends Shared {
  /** The log's facts, checked for this connection. Throws `NoAnswer`, `ApiRefusal`, or `LogError`. */
  facts(signal: AbortSignal | undefined): Promise<LogFacts>;
  /** That a log went back; from now on nothing is appended. */
  wentBack(found: number): LogError;
  /** The newest mark known, and a way to look again. */
  mark: Mark;
}

type Attempt =
  | { readonly kind: 'stored'; readonly at: Revision }
  | { readonly kind: 'conflict'; readonly found: number | undefined; readonly facts: LogFacts; readonly expected: ExpectedSequence }
  | { readonly kind: 'untouched' | 'doubtful' | 'id_taken'; readonly error: unknown };

/** A record on its way, encoded once. */
interface Letter {
  readonly record: MintRecord;
  readonly bytes: Uint8Array;
  readonly expect: Expect;
  readonly seen: Seen | undefined;
}

interface Doubt {
  readonly error: unknown;
}

export async function append(deps: AppendDeps, record: MintRecord, expect: Expect, { signal, seen }: AppendOptions): Promise<Revision> {
  const letter = { record, bytes: encodeRecord(record), expect, seen };
  if (letter.bytes.length > MAX_RECORD_BYTES) throw tooLarge(letter.bytes.length);
  const began = performance.now();
  let doubt: Doubt | undefined;
  let refusals = 0;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const messageId = refusals === 0 ? record.writeId : `${record.writeId}.${refusals}`;
    const attempt = await tryOnce(deps, letter, messageId, signal);
    if (attempt.kind === 'stored') return attempt.at;
    if (attempt.kind === 'doubtful' || attempt.kind === 'id_taken') doubt ??= attempt;
    if (attempt.kind === 'conflict') {
      const settled = await settle(deps, letter, attempt, doubt !== undefined, signal);
      if (settled.kind === 'written') return settled.at;
      if (settled.kind === 'lost') throw settled.error;
    }
    if (attempt.kind === 'conflict' || attempt.kind === 'id_taken') refusals += 1;
    const spent = performance.now() - began;
    if (deps.closing.aborted || isForbidden(attempt) || spent > (doubt === undefined ? PATIENCE_MS : SETTLE_MS)) throw givenUp(deps, attempt, doubt);
    await sleep(pause, signal);
    signal?.throwIfAborted();
  }
}

async function tryOnce(deps: AppendDeps, letter: Letter, messageId: string, signal: AbortSignal | undefined): Promise<Attempt> {
  let facts: LogFacts;
  try {
    deps.closing.throwIfAborted();
    await deps.link.up(PATIENCE_MS, signal);
    facts = await deps.facts(signal);
    if (letter.seen !== undefined) believe(deps, facts, letter.seen);
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof ApiRefusal || deps.closing.aborted) return { kind: 'untouched', error };
    throw error;
  }
  const expected = expectedSequence(facts, letter.expect, deps.mark);
  const seen = deps.memory.highest(facts);
  try {
    const headers = publishHeaders(expected, { messageId, deletes: letter.record.deleted });
    const { sequence, duplicate } = await deps.api.publish(deps.names.of(facts.incarnation).subject(letter.record), letter.bytes, headers, { timeoutMs: REQUEST_MS, signal });
    if (sequence === 0) return { kind: 'id_taken', error: new NoAnswer('unanswered', 'an acknowledgement without a sequence') };
    if (!duplicate && sequence <= seen) throw deps.wentBack(sequence);
    deps.memory.reached(facts, sequence);
    return { kind: 'stored', at: revisionAt(facts, sequence) };
  } catch (error) {
    if (error instanceof NoAnswer) return { kind: error.reach === 'unanswered' ? 'doubtful' : 'untouched', error };
    if (!(error instanceof ApiRefusal)) throw error;
    const refused = judgeRefusal(error);
    if (refused.kind === 'too_large') throw tooLarge(letter.bytes.length);
    if (refused.kind === 'under_way') return { kind: 'id_taken', error };
    return refused.kind === 'conflict' ? { kind: 'conflict', found: refused.found, facts, expected } : { kind: 'untouched', error };
  }
}

/** A log that is shorter than what its view shows has lost its end, also where this process has not seen it longer (A4). */
function believe(deps: AppendDeps, facts: LogFacts, { incarnation, revision }: Seen): void {
  if (incarnation !== facts.incarnation) {
    throw new NoAnswer('unsent', `the log is incarnation ${facts.incarnation}, but what the write stands on was seen in ${incarnation}`);
  }
  deps.memory.reached(facts, sequenceAt(facts, revision));
}

type Settled = { readonly kind: 'written'; readonly at: Revision } | { readonly kind: 'lost'; readonly error: LogError } | { readonly kind: 'again' };

/** What a refused expectation means. */
async function settle(
  deps: AppendDeps,
  letter: Letter,
  attempt: Attempt & { kind: 'conflict' },
  inDoubt: boolean,
  signal: AbortSignal | undefined,
): Promise<Settled> {
  const { facts, expected } = attempt;
  const names = deps.names.of(facts.incarnation);
  const subject = names.subject(letter.record);
  try {
    if ('head' in letter.expect) {
      const mark = await markNow(deps, facts, { timeoutMs: REQUEST_MS, signal });
      if (mark.sequence > deps.mark.sequence) deps.mark = mark;
      if (attempt.found === mark.sequence && revisionAt(facts, mark.head) === letter.expect.head) return { kind: 'again' };
    }
    if (!inDoubt) return { kind: 'lost', error: conflict(deps, letter, attempt) };
    const present = await deps.api.last(subject, { timeoutMs: REQUEST_MS, signal });
    if (present === undefined || ('ofSubject' in expected && present.sequence === expected.ofSubject)) return { kind: 'again' };
    const at = revisionAt(facts, present.sequence);
    const read = entryOf(names.keyOf(subject), present.data, at);
    if ('entry' in read && read.entry.record.writeId === letter.record.writeId) return { kind: 'written', at };
    if (cannotHaveWritten(present, expected)) return { kind: 'lost', error: conflict(deps, letter, attempt) };
    return {
      kind: 'lost',
      error: new LogError('outcome_unknown', 'the key was written by somebody else after a write whose outcome is unknown', { revision: at }),
    };
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof ApiRefusal) return { kind: 'again' };
    throw error;
  }
}

/** Whether what stands there now was written upon the very state that the lost attempt expected: then the attempt was not. */
function cannotHaveWritten(present: StoredMessage, expected: ExpectedSequence): boolean {
  if ('ofStream' in expected) return present.sequence <= expected.ofStream + 1;
  return present.header(EXPECTED_LAST_OF_SUBJECT) === String(expected.ofSubject);
}

function expectedSequence(facts: LogFacts, expect: Expect, mark: Mark): ExpectedSequence {
  if ('key' in expect) return { ofSubject: expect.key === NO_REVISION ? 0 : beyondZero(sequenceAt(facts, expect.key)) };
  const sequence = beyondZero(sequenceAt(facts, expect.head));
  if (sequence === mark.head) return { ofStream: mark.sequence };
  return { ofStream: sequence === mark.sequence ? NOWHERE : sequence };
}

/** A revision from before this incarnation is nowhere in the stream. */
function beyondZero(sequence: number): number {
  return sequence >= 1 ? sequence : NOWHERE;
}

function conflict({ mark }: AppendDeps, { expect }: Letter, { found, facts }: Attempt & { kind: 'conflict' }): LogError {
  const at =
    found === undefined ? undefined : 'key' in expect ? (found === 0 ? NO_REVISION : revisionAt(facts, found)) : revisionAt(facts, headAt(mark, found));
  const what = 'key' in expect ? `the key is at ${at ?? 'another revision'}, not ${expect.key}` : `the log's head is ${at ?? 'another'}, not ${expect.head}`;
  return new LogError('conflict', what, at === undefined ? {} : { revision: at });
}

function givenUp(deps: AppendDeps, attempt: Attempt, doubt: Doubt | undefined): unknown {
  if (doubt !== undefined) return new LogError('outcome_unknown', 'the log did not say whether it took the write', { cause: doubt.error });
  if (deps.closing.aborted) return deps.closing.reason;
  return asLogError('error' in attempt ? attempt.error : new NoAnswer('unsent', 'the log did not settle'));
}

function isForbidden(attempt: Attempt): boolean {
  return attempt.kind === 'untouched' && attempt.error instanceof NoAnswer && attempt.error.reach === 'forbidden';
}

function tooLarge(bytes: number): LogError {
  return new LogError('too_large', `the record has ${bytes} bytes; at most ${MAX_RECORD_BYTES} are stored`);
}
