import { distrusted, type Entry, isOlder, keyOf, keyText, type LiveEntry, type MintRecord, type Revision } from '@mintmark/domain';
import { contentDigest, type RecordVerifier } from '@mintmark/keys/records';
import type { SetAside } from '@mintmark/log';
import { asidesOf, maySucceed, type View } from '@mintmark/view';
import { rowOf } from './row.ts';
import type { Keeper } from './verify/keeper.ts';

/*
 * What of the region's log is shown (P10).
 *
 * E1  While the view is folded from the start, signatures are left to those who read it, at first use: only an end that would let somebody do more is judged before
 *     it counts. From then on each record is judged when it comes.
 * E2  Per key the epochs rise, and the stamps within an epoch. A record that is older than what the view shows, or than the end of it that was seen, was put there again by somebody; so was another one of the
 *     same stamp.
 * E3  An older state is right where the authority's log was lost with its successor: when it was taken from an incarnation that this region has pulled from, and its successor
 *     from another.
 *     Or where this region has set its successor aside in favour of this very state: whoever had decided that was replaced without it (ADR 9).
 * E4  In the place of what is refused the view shows its end, or what every reader refuses (`distrusted`).
 */

export interface SieveDeps {
  readonly view: View;
  readonly verifier: RecordVerifier;
  readonly keeper: Pick<Keeper, 'lacks'>;
  /** Whether this region's replicator has signed the record. What has an end by its word may come back. */
  readonly isOwn: (record: MintRecord) => boolean;
}

export interface Sifted {
  readonly entries: readonly Entry[];
  readonly refused: readonly SetAside[];
}

interface Hidden {
  readonly revision: Revision;
  readonly record: MintRecord | undefined;
  /** Whether it was refused what stands at the revision. */
  readonly refused: boolean;
}

interface Judged {
  /** Why its signature does not count. */
  readonly forged: string | undefined;
  /** What the view shows of its key, or the end of that. */
  readonly before: MintRecord | undefined;
}

/** Keys that are remembered until the log purges them, the newest of them. */
const REMEMBERED = 65_536;

export class Sieve {
  readonly #deps: SieveDeps;
  /** By key: the newest that an issuer said of what the view does not show, and where the log had it. */
  readonly #hidden = new Map<string, Hidden>();
  readonly #pulled = new Set<string>();

  constructor(deps: SieveDeps) {
    this.#deps = deps;
  }

  /** The region takes the authority's records from this incarnation from now on. */
  pullsFrom(incarnation: string): void {
    this.#pulled.add(incarnation);
  }

  /** The log has purged its tombstones up to there: a key begins anew. */
  purged(before: Revision): void {
    for (const [key, { revision, refused }] of this.#hidden) if (revision <= before && !refused) this.#hidden.delete(key);
  }

  /** The log was written again, and may say what it said before. */
  startOver(): void {
    this.#hidden.clear();
  }

  /** Whether the entry of the log is one that was refused. */
  refused({ revision, record }: Entry): boolean {
    const hidden = this.#hidden.get(keyText(record as MintRecord));
    return hidden?.refused === true && hidden.revision === revision;
  }

  /** `shown`: where the view is, `undefined` while it is folded from the start. */
  async sift(entries: readonly Entry[], shown: Revision | undefined, signal: AbortSignal): Promise<Sifted> {
    const judged = await Promise.all(entries.map((entry) => (shown === undefined ? this.#judgeFolded(entry) : this.#judge(entry, shown, signal))));
    const refused: SetAside[] = [];
    const sifted: Entry[] = [];
    const newest = new Map<string, MintRecord>();
    for (const [at, entry] of entries.entries()) {
      const record = entry.record as MintRecord;
      const key = keyText(record);
      const { forged, before } = judged[at] as Judged;
      const last = newest.get(key) ?? before;
      const problem = forged ?? (shown === undefined ? undefined : await this.#replaced(record, last, newest, signal));
      if (problem === undefined) {
        const said = record.deleted && this.#deps.isOwn(record) ? last : record;
        if (said !== undefined) newest.set(key, said);
        this.#remember(key, record.deleted ? { revision: entry.revision, record: said, refused: false } : undefined);
        sifted.push(entry);
      } else {
        this.#remember(key, { revision: entry.revision, record: last, refused: true });
        refused.push({ revision: entry.revision, key, problem });
        sifted.push({ revision: entry.revision, record: distrusted(keyOf(record), entry.revision) });
      }
    }
    return { entries: sifted, refused };
  }

  async #judgeFolded({ record, revision }: Entry): Promise<Judged> {
    const matters = record.deleted && !distrusted(keyOf(record as MintRecord), revision).deleted;
    return { forged: matters ? await this.#deps.verifier.judge(record as MintRecord) : undefined, before: undefined };
  }

  async #judge({ record }: Entry, shown: Revision, signal: AbortSignal): Promise<Judged> {
    const [forged, before] = await Promise.all([this.#deps.verifier.judge(record as MintRecord), this.#known(record as MintRecord, shown, signal)]);
    return { forged, before };
  }

  /** Why the record cannot have been written after the one that is known of its key. */
  async #replaced(record: MintRecord, before: MintRecord | undefined, newest: ReadonlyMap<string, MintRecord>, signal: AbortSignal): Promise<string | undefined> {
    if (before === undefined || isOlder(before, record) || (!isOlder(record, before) && contentDigest(record) === contentDigest(before))) return undefined;
    const from = record.origin?.incarnation;
    if (from !== undefined && from !== before.origin?.incarnation && this.#pulled.has(from)) return undefined;
    if ((await this.#deps.verifier.judge(before)) !== undefined || (await this.#succeeds(record, before, newest, signal))) return undefined;
    return `it is signed at ${record.signature?.stamp ?? 0}, but one of ${before.signature?.stamp ?? 0} was there before it`;
  }

  /** `newest`: what the view is about to be given. */
  async #succeeds(record: MintRecord, before: MintRecord, newest: ReadonlyMap<string, MintRecord>, signal: AbortSignal): Promise<boolean> {
    const given = [...newest.values()].filter((other) => other.kind === 'set_aside' && !other.deleted).map((other) => ({ record: other }) as LiveEntry<'set_aside'>);
    for (const aside of [...given, ...(await asidesOf(this.#deps.view, record, { signal }))]) {
      if ((await this.#deps.verifier.judge(aside.record)) === undefined && maySucceed(record, { ...before, ended: false }, aside)) return true;
    }
    return false;
  }

  /** The newest state of the key that is known: what the view shows at `shown`, or the end of it. */
  async #known(record: MintRecord, shown: Revision, signal: AbortSignal): Promise<MintRecord | undefined> {
    const { kind, id, scope } = record;
    const row = this.#deps.keeper.lacks(kind, id, shown) ? undefined : await rowOf(this.#deps.view, kind, id, signal);
    const present = row === 'unreadable' ? undefined : (row?.record as MintRecord | undefined);
    return present?.scope === scope ? present : this.#hidden.get(keyText(record))?.record;
  }

  #remember(key: string, hidden: Hidden | undefined): void {
    this.#hidden.delete(key);
    if (hidden === undefined) return;
    this.#hidden.set(key, hidden);
    if (this.#hidden.size <= REMEMBERED) return;
    for (const oldest of this.#hidden.keys()) {
      this.#hidden.delete(oldest);
      return;
    }
  }
}
