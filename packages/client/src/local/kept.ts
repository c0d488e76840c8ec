import type { Freshness, Verdict } from '@mintmark/domain';
import { LRUCache } from 'lru-cache';

/*
 * Verdicts that a process keeps, by digests of credentials, and what has been told since of the records that they rest on.
 *
 * K1  A verdict is found only until one of its marks is told, everything is dropped, or its time is over.
 * K2  A verdict is kept only if none of its marks was told for a later index than the one that it was given at, nor while it was asked for: an answer that
 *     crosses a revocation on its way, or comes from a slower validator than the feed, is used once and not kept.
 * K3  Memory is bounded: the verdict not asked for longest makes room.
 */

type Allowed = Extract<Verdict, { readonly verdict: 'allow' }>;

export interface Kept {
  readonly verdict: Allowed;
  /** Milliseconds since the epoch; `Infinity` for never. */
  readonly untilMs: number;
  readonly marks: readonly number[];
}

/** Where a region's log stood. */
type Place = Freshness;

/** When a question was asked, in terms of what had been told then. */
export interface Asked {
  readonly generation: number;
  readonly told: number;
}

const REMEMBERED = 65_536;

interface Told {
  readonly index: number;
  readonly at: number;
}

export class KeptVerdicts {
  readonly #kept: LRUCache<string, Kept>;
  /** One key, or several: most records are one credential's. */
  readonly #byMark = new Map<number, string | Set<string>>();
  readonly #told = new Map<number, Told>();
  #forgotten: Told = { index: 0, at: 0 };
  #count = 0;
  #generation = 0;
  #place: Place | undefined;

  constructor(entries: number) {
    this.#kept = new LRUCache({ max: entries, dispose: ({ marks }, key) => this.#unlink(marks, key) });
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Up to where the region has told what changed. */
  get place(): Place | undefined {
    return this.#place;
  }

  get(key: string): Kept | undefined {
    return this.#kept.get(key);
  }

  delete(key: string): void {
    this.#kept.delete(key);
  }

  asking(): Asked {
    return { generation: this.#generation, told: this.#count };
  }

  /** Keeps a verdict that was given at a place, unless K2 forbids. */
  keep(key: string, kept: Kept, at: Place | undefined, asked: Asked): void {
    const here = this.#place;
    if (kept.marks.length === 0 || at === undefined || here === undefined || asked.generation !== this.#generation) return;
    if (at.region !== here.region || at.incarnation !== here.incarnation) return;
    if (at.index < this.#forgotten.index || asked.told < this.#forgotten.at) return;
    for (const mark of kept.marks) {
      const told = this.#told.get(mark);
      if (told !== undefined && (told.index > at.index || told.at > asked.told)) return;
    }
    this.#kept.set(key, kept);
    for (const mark of kept.marks) this.#link(mark, key);
  }

  /** These records have changed, at the latest at the place. */
  told(marks: readonly number[], place: Place): void {
    this.#place = place;
    for (const mark of marks) {
      this.#count += 1;
      this.#told.delete(mark);
      this.#told.set(mark, { index: place.index, at: this.#count });
      for (const key of this.#keysOf(mark)) this.#kept.delete(key);
    }
    while (this.#told.size > REMEMBERED) this.#forgetFirst();
  }

  /** Nothing that was kept or asked for before counts. */
  startOver(place: Place): void {
    this.#generation += 1;
    this.#kept.clear();
    this.#told.clear();
    this.#forgotten = { index: 0, at: this.#count };
    this.#place = place;
  }

  #forgetFirst(): void {
    const [first] = this.#told;
    if (first === undefined) return;
    this.#told.delete(first[0]);
    this.#forgotten = first[1];
  }

  #keysOf(mark: number): readonly string[] {
    const keys = this.#byMark.get(mark);
    return keys === undefined ? [] : typeof keys === 'string' ? [keys] : [...keys];
  }

  #link(mark: number, key: string): void {
    const keys = this.#byMark.get(mark);
    if (keys === undefined) this.#byMark.set(mark, key);
    else if (typeof keys !== 'string') keys.add(key);
    else if (keys !== key) this.#byMark.set(mark, new Set([keys, key]));
  }

  #unlink(marks: readonly number[], key: string): void {
    for (const mark of marks) {
      const keys = this.#byMark.get(mark);
      if (keys === key) this.#byMark.delete(mark);
      else if (typeof keys === 'object' && keys.delete(key) && keys.size === 0) this.#byMark.delete(mark);
    }
  }
}
