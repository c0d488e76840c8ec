import type { Access } from './history.ts';

/** What a key holds; `null` for nothing. */
type Value = string | null;

interface Operation {
  readonly start: number;
  /** By when it has taken effect, if it has. */
  readonly end: number;
  /** Whether it has taken effect. */
  readonly certain: boolean;
  /** The values in which it can take effect, and what it leaves. Undefined: in none. */
  readonly step: (value: Value) => Value | undefined;
}

/**
 * Whether the accesses to one key can be put in an order in which each takes effect at one moment between its start and its end, after which every read is right
 * (Herlihy and Wing 1990; searched as by Wing and Gong 1993, with a memory of what was tried). Every written value must be unique. An access whose outcome is
 * unknown may take effect at any time after its start, or never; one that was refused has not.
 */
export function isLinearizable(accesses: readonly Access[]): boolean {
  const operations = accesses.flatMap((access) => operationOf(access, accesses)).toSorted((a, b) => a.start - b.start);
  return new Search(operations).succeeds();
}

function operationOf(access: Access, all: readonly Access[]): Operation[] {
  const { kind, value, start, outcome } = access;
  if (outcome === 'refused') return [];
  if (kind === 'read') return [{ start, end: access.end, certain: true, step: (held) => (held === value ? held : undefined) }];
  const step = (held: Value): Value | undefined => (kind === 'create' ? value : held === null ? undefined : kind === 'delete' ? null : value);
  if (outcome === 'acked') return [{ start, end: access.end, certain: true, step }];
  if (kind === 'delete') return [{ start, end: Number.POSITIVE_INFINITY, certain: false, step }];
  // Nobody has seen its value: whether it took effect makes no difference. Somebody has: it took effect before that.
  const seen = all.filter((other) => other.kind === 'read' && other.value === value).map(({ end }) => end);
  return seen.length === 0 ? [] : [{ start, end: Math.min(...seen), certain: true, step }];
}

class Search {
  readonly #operations: readonly Operation[];
  readonly #done: boolean[];
  readonly #tried = new Set<string>();

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
    this.#done = operations.map(() => false);
  }

  succeeds(): boolean {
    return this.#from(0, null);
  }

  /** Whether the rest can follow; everything before `first` is done. */
  #from(first: number, value: Value): boolean {
    let next = first;
    while (this.#done[next] === true) next += 1;
    const due = this.#due(next);
    if (due.every((at) => !(this.#operations[at] as Operation).certain)) return true;
    const key = `${next} ${due.join()} ${value}`;
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    return due.some((at) => {
      const after = (this.#operations[at] as Operation).step(value);
      if (after === undefined) return false;
      this.#done[at] = true;
      if (this.#from(next, after)) return true;
      this.#done[at] = false;
      return false;
    });
  }

  /** What can come next: what began before anything that is not done had to end. */
  #due(first: number): number[] {
    const due: number[] = [];
    let latest = Number.POSITIVE_INFINITY;
    for (let at = first; at < this.#operations.length; at += 1) {
      const operation = this.#operations[at] as Operation;
      if (this.#done[at] === true) continue;
      if (operation.start > latest) break;
      due.push(at);
      latest = Math.min(latest, operation.end);
    }
    return due;
  }
}
