import { decodeRecord, MalformedRecord } from '@mintmark/contract';
import { decidedAt, keyText, type MintRecord, type Revision } from '@mintmark/domain';
import type { RegionName, SimRegion } from '../cluster.ts';
import type { StoredEntry } from '../stores/log-server.ts';
import type { Acks } from './acks.ts';
import type { Verdicts } from './broken.ts';
import type { Epochs } from './epochs.ts';

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
  /** Whether it was made by a region that was not the authority: nobody may be told that it was. */
  readonly unauthorized?: true;
}

/**
 * Everything that was ever appended to a region's log, and judgement of each append in the moment at which it is made: P3, P5, P13.
 */
export class History {
  readonly region: string;
  readonly entries: StoredEntry[] = [];
  readonly #states = new Map<string, State[]>();
  readonly #others: ReadonlyMap<string, History>;
  readonly #epochs: Epochs;
  readonly #verdicts: Verdicts;
  readonly #now: () => number;
  readonly #logServer: SimRegion['logServer'];
  #head = 0;
  #losses = 0;

  /** `others`: the histories of all regions, by name. */
  constructor(region: SimRegion, others: ReadonlyMap<string, History>, { acks, epochs, verdicts, now }: { readonly acks: Acks; readonly epochs: Epochs; readonly verdicts: Verdicts; readonly now: () => number }) {
    this.region = region.name;
    this.#logServer = region.logServer;
    this.#others = others;
    this.#epochs = epochs;
    this.#verdicts = verdicts;
    this.#now = now;
    region.logServer.onAppend((entry, before) => this.#take(entry, before));
    region.logServer.onLost((beyond) => this.#lose(beyond, acks.upTo(this.region)));
  }

  /** Whether the log ever lost the key's record to somebody who told nobody. */
  everErased(key: string): boolean {
    return this.#logServer.everErased.has(key);
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

  /** The state that an index stands for, while the log has it. */
  entryAt(index: number): State | undefined {
    const key = this.entries.findLast(({ revision }) => revision === index)?.key;
    return key === undefined ? undefined : this.of(key).find(({ revision }) => revision === index);
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
    const state: State = { revision: entry.revision, at: this.#now(), record, says: says(record), incarnation: this.#logServer.incarnation, ...(this.#isUnauthorized(record) ? { unauthorized: true } : {}) };
    const last = this.newest(entry.key);
    this.#judgeIndexes(state, last, before);
    if (record.scope === 'global') this.#judgeGlobal(state, last);
    else if (record.origin !== undefined) this.#verdicts.broken('P5', `${this.region}: the local record ${entry.key} comes from ${record.origin.region}`);
    if (this.#epochs.isClaim(entry.key)) this.#epochs.took(this.region as RegionName, state);
    states.push(state);
    this.#states.set(entry.key, states);
  }

  #lose(beyond: Revision, acknowledged: number): void {
    this.#losses += 1;
    this.#head = beyond;
    for (const [key, states] of this.#states) {
      for (const state of states) if (state.revision > beyond && state.lost === undefined) state.lost = state.revision <= acknowledged && !this.#isOthers(key, state) ? 'acknowledged' : 'unacknowledged';
    }
  }

  /** Whether the log had given the index to another key's state before it lost its end: then what was acknowledged is that. */
  #isOthers(key: string, { revision }: State): boolean {
    return this.entries.some((entry) => entry.revision === revision && entry.key !== key);
  }

  #judgeIndexes({ record, revision }: State, last: State | undefined, before: StoredEntry | undefined): void {
    if (record.createIndex > revision) this.#verdicts.broken('P3', `${this.region}: createIndex ${record.createIndex} of ${keyText(record)} is beyond ${revision}`);
    const goesOn = last !== undefined && before !== undefined && !last.record.deleted && !record.deleted;
    if (goesOn && record.createIndex !== last.record.createIndex) {
      this.#verdicts.broken('P3', `${this.region}: createIndex of ${keyText(record)} changed from ${last.record.createIndex} to ${record.createIndex}`);
    }
  }

  /** A decision of the region's own that the newest claim in its log does not allow. What is said again for a repair is none. */
  #isUnauthorized(record: MintRecord): boolean {
    if (record.scope === 'local' || record.origin !== undefined) return false;
    if (this.ever(keyText(record)).some((state) => state.record.signature?.value === record.signature?.value)) return false;
    const { active, region, epoch } = this.#epochs.of(this.region);
    return !active || region !== this.region || epoch !== (record.epoch ?? 0);
  }

  /** A copy is one of the deciding authority's states, and later than the one before it, unless that one was set aside. */
  #judgeGlobal(state: State, last: State | undefined): void {
    const { record } = state;
    if (record.origin === undefined) return;
    const key = keyText(record);
    const { revision: from, incarnation, region } = record.origin;
    const source = this.#others.get(region)?.ever(key).find((one) => one.revision === from && one.incarnation === incarnation);
    if (record.deleted && source?.says !== state.says) return this.#judgeSwept(key, last);
    if (source === undefined || source.says !== state.says) this.#verdicts.broken('P3', `${this.region}: ${key} is no state that ${region}'s ${from} had`);
    const back = last?.record.origin?.incarnation === incarnation && last.record.origin.revision >= from;
    if (back && last.says !== state.says && !this.hasSetAside(last)) this.#verdicts.broken('P3', `${this.region}: ${key} went from ${region}'s ${last.record.origin?.revision} to ${from}`);
  }

  /** Whether a state of this region is listed as one that the authority never had. */
  hasSetAside({ record, revision, incarnation }: State): boolean {
    const decided = decidedAt(record, revision, { region: this.region, incarnation });
    const id = `${keyText(record)}@${decided.epoch}.${decided.region}.${decided.revision}`;
    return this.newest(keyText({ scope: 'local', kind: 'set_aside', id })) !== undefined;
  }

  /** Whoever lists an authority's log before that has found what was taken out of it deletes it, and takes it again later. */
  #judgeSwept(key: string, last: State | undefined): void {
    const authority = this.#others.get(this.#epochs.authority);
    if (authority?.everErased(key) === true) return;
    const there = authority?.ever(key).at(-1);
    const aside = last !== undefined && this.hasSetAside(last);
    if (there !== undefined && !there.record.deleted && there.lost !== 'unacknowledged' && there.unauthorized !== true && !aside) {
      this.#verdicts.broken('P13', `${this.region}: ${key} was deleted, though the authority has it`);
    }
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
