import { NO_REVISION, type Revision, revision } from '@mintmark/domain';
import { LogError } from '../log.ts';

/*
 * How revisions and stream sequences relate.
 *
 * F1  Sequence 1 is the message that says what the log is; it is no append. Sequence s is revision base + s - 1, so an empty log stands at its base.
 * F2  Marks are messages too and use up a sequence each, but no append happened there: the head does not move. A mark carries what is needed
 *     to say which append it follows.
 * F3  A log that is being rewritten has no mark. The mark that ends the rewriting says that what was before its base may be purged, as it is.
 */

/** What a log is from its first moment to its end. */
export interface LogFacts {
  readonly incarnation: string;
  readonly base: Revision;
  /** Made to take what another store has; not complete before its mark stands at the base (F3). */
  readonly rewritten: boolean;
}

export function revisionAt(facts: LogFacts, sequence: number): Revision {
  return revision(facts.base + Math.max(sequence, 1) - 1);
}

/** May be below 1: a revision that this incarnation cannot have. */
export function sequenceAt(facts: LogFacts, at: Revision): number {
  return at - facts.base + 1;
}

/** Says of itself what it is: in the stream's description and in its first message. */
export function writeFacts(facts: LogFacts): string {
  return JSON.stringify({ mintmark: 1, ...facts });
}

export function isComplete({ rewritten, base }: LogFacts, { compacted }: Mark): boolean {
  return !rewritten || compacted >= base;
}

/** Reads what `writeFacts` wrote. Throws `LogError` `unavailable` for anything else. */
export function readFacts(text: string): LogFacts {
  const { mintmark, incarnation, base, rewritten } = members(text);
  if (mintmark === 1 && typeof incarnation === 'string' && isIndex(base)) return { incarnation, base: revision(base), rewritten: rewritten === true };
  throw new LogError('unavailable', 'the stream was not made by mintmark, or by another version of it');
}

/** The newest word on how far tombstones are purged. */
export interface Mark {
  readonly compacted: Revision;
  /** Where the mark itself stands. */
  readonly sequence: number;
  /** Sequence of the newest append before it. */
  readonly head: number;
}

export const NO_MARK: Mark = { compacted: NO_REVISION, sequence: 1, head: 1 };

export function writeMark(compacted: Revision, before: Mark): string {
  return JSON.stringify({ compacted, before: { sequence: before.sequence, head: before.head } });
}

/** Reads the mark that stands at `sequence`; `undefined` for anything that `writeMark` did not write. */
export function readMark(text: string, sequence: number): Mark | undefined {
  const { compacted, before } = members(text) as { compacted?: unknown; before?: { sequence?: unknown; head?: unknown } };
  if (isIndex(compacted) && isIndex(before?.sequence) && isIndex(before.head)) {
    return { compacted: revision(compacted), sequence, head: sequence === before.sequence + 1 ? before.head : sequence - 1 };
  }
  return undefined;
}

/** Sequence of the newest append at or below `sequence`. */
export function headAt(mark: Mark, sequence: number): number {
  return sequence === mark.sequence ? mark.head : sequence;
}

function members(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
