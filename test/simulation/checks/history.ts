import { decodeRecord, MalformedRecord } from '@mintmark/contract';
import { keyText, type MintRecord, type Revision } from '@mintmark/domain';
import type { SimRegion } from '../cluster.ts';
import type { StoredEntry } from '../stores/log-server.ts';
import type { Acks } from './acks.ts';
import type { Verdicts } from './broken.ts';

/** One state of one key. */
export interface State {
  readonly revision: Revision;
  readonly at: number;
  readonly record: MintRecord;
  /** What it says, without what differs from region to region. */
  readonly says: string;
  readonly incarnation: string;
  /** Gone with the log that had it; `acknowledged` where a client had been told of it. */
  lost?: 'acknowledged' | 'unacknowledged';
}

/**
 * Everything that was ever appended to a region's log, and judgement of each append in the moment at which it is made: P3, P5, P13, and that global records
 * are made in the authority only (P11).
 */
export class History {
  readonly region: string;
  readonly entries: StoredEntry[] = [];
  readonly #states = new Map<string, State[]>();
  readonly #authority: History | undefined;
  readonly #verdicts: Verdicts;
  readonly #now: () => number;
  readonly #incarnation: () => string;
  #head = 0;
  #losses = 0;

  /** `authority` is absent for the authority's own. */
  constructor(region: SimRegion, authority: History | undefined, { acks, verdicts, now }: { readonly acks: Acks; readonly verdicts: Verdicts; readonly now: () => number }) {
    this.region = region.name;
    this.#incarnation = () => region.logServer.incarnation;
    this.#authority = authority;
    this.#verdicts = verdicts;
    this.#now = now;
    region.logServer.onAppend((entry, before) => this.#take(entry, before));
    region.logServer.onLost((beyond) => this.#lose(beyond, acks.upTo(this.region)));
  }

  /** How often the log lost something. */
  get losses(): number {
    return this.#losses;
  }

  /** Every state of a key that the log has not lost, oldest first. */
  of(key: string): readonly State[] {
    const states = this.ever(key);
    return this.#losses === 0 ? states : states.filter(({ lost }) => lost === undefined);
  }

  /** Every state that a key ever had. */
  ever(key: string): readonly State[] {
    return this.#states.get(key) ?? [];
  }

  keys(): Iterable<string> {
    return this.#states.keys();
  }

  /** The key's state at an index; `undefined` where it was not written yet. */
  stateAt(key: string, index: number): State | undefined {
    return this.of(key).findLast(({ revision }) => revision <= index);
  }

  newest(key: string): State | undefined {
    return this.of(key).at(-1);
  }

  #take(entry: StoredEntry, before: StoredEntry | undefined): void {
    if (entry.revision <= this.#head) this.#verdicts.broken('P3', `${this.region}: index ${entry.revision} came after ${this.#head}`);
    this.#head = entry.revision;
    this.entries.push(entry);
    const record = decoded(entry);
    if (record === undefined) return;
    if (keyText(record) !== entry.key) this.#verdicts.broken('P10', `${this.region}: ${entry.key} holds ${keyText(record)}`);
    const states = this.#states.get(entry.key) ?? [];
    const state: State = { revision: entry.revision, at: this.#now(), record, says: says(record), incarnation: this.#incarnation() };
    const last = this.newest(entry.key);
    this.#judgeIndexes(state, last, before);
    if (record.scope === 'global') this.#judgeGlobal(state, last);
    else if (record.origin !== undefined) this.#verdicts.broken('P5', `${this.region}: the local record ${entry.key} comes from ${record.origin.region}`);
    states.push(state);
    this.#states.set(entry.key, states);
  }

  #lose(beyond: Revision, acknowledged: number): void {
    this.#losses += 1;
    this.#head = beyond;
    for (const states of this.#states.values()) {
      for (const state of states) if (state.revision > beyond && state.lost === undefined) state.lost = state.revision <= acknowledged ? 'acknowledged' : 'unacknowledged';
    }
  }

  #judgeIndexes({ record, revision }: State, last: State | undefined, before: StoredEntry | undefined): void {
    if (record.createIndex > revision) this.#verdicts.broken('P3', `${this.region}: createIndex ${record.createIndex} of ${keyText(record)} is beyond ${revision}`);
    const goesOn = last !== undefined && before !== undefined && !last.record.deleted && !record.deleted;
    if (goesOn && record.createIndex !== last.record.createIndex) {
      this.#verdicts.broken('P3', `${this.region}: createIndex of ${keyText(record)} changed from ${last.record.createIndex} to ${record.createIndex}`);
    }
  }

  /** A copy is one of the authority's states, and later than the one before it, or the same again: what a store had lost. */
  #judgeGlobal(state: State, last: State | undefined): void {
    const { record } = state;
    const key = keyText(record);
    if (this.#authority === undefined) {
      if (record.origin !== undefined) this.#verdicts.broken('P3', `the authority's ${key} comes from ${record.origin.region}`);
      return;
    }
    if (record.origin === undefined) return this.#verdicts.broken('P11', `${this.region}: ${key} was made outside of the authority`);
    const { revision: from, incarnation } = record.origin;
    const source = this.#authority.ever(key).find((one) => one.revision === from && one.incarnation === incarnation);
    if (record.deleted && source?.says !== state.says) return this.#judgeSwept(key);
    if (source === undefined || source.says !== state.says) this.#verdicts.broken('P3', `${this.region}: ${key} is no state that the authority's ${from} had`);
    const isAgain = last?.record.origin?.revision === from && last.says === state.says;
    if (!isAgain && last?.record.origin?.incarnation === incarnation && last.record.origin.revision >= from) {
      this.#verdicts.broken('P3', `${this.region}: ${key} went from the authority's ${last.record.origin.revision} to ${from}`);
    }
  }

  #judgeSwept(key: string): void {
    const there = this.#authority?.ever(key).at(-1);
    if (there !== undefined && !there.record.deleted && there.lost !== 'unacknowledged') this.#verdicts.broken('P13', `${this.region}: ${key} was deleted, though the authority has it`);
  }
}

function decoded({ bytes, revision }: StoredEntry): MintRecord | undefined {
  try {
    return decodeRecord(bytes, revision);
  } catch (error) {
    if (error instanceof MalformedRecord) return undefined;
    throw error;
  }
}

/** Body and identity of a record as text. */
function says(record: MintRecord): string {
  const body = record.deleted ? undefined : record.body;
  return JSON.stringify([record.kind, record.id, record.scope, body], (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
}
