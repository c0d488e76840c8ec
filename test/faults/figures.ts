import type { History } from './history.ts';

/** What a history says in numbers; times in milliseconds. */
export interface Figures {
  /** Answered questions of all clients. */
  readonly operations: number;
  readonly acked: number;
  readonly refused: number;
  readonly unknown: number;
  /** From the answer to a revocation to the last question that was still answered with yes in the region that decided it: the authority, for global tokens. */
  readonly revocationDecided: number;
  /** The same anywhere, cut off or not. */
  readonly revocationAnywhere: number;
  /** The longest time in which a region acknowledged no write, while clients kept on writing. */
  readonly writeStall: number;
}

export function figuresOf(history: History, authority: string): Figures {
  const { writes, uses, looks, accesses } = history;
  const outcomes = Map.groupBy(writes, ({ outcome }) => outcome);
  const count = (outcome: 'acked' | 'refused' | 'unknown'): number => outcomes.get(outcome)?.length ?? 0;
  return {
    operations: writes.length + uses.length + looks.length + accesses.length,
    acked: count('acked'),
    refused: count('refused'),
    unknown: count('unknown'),
    ...revocationLags(history, authority),
    writeStall: Math.max(0, ...[...new Set(writes.map(({ region }) => region))].map((region) => longestGap(history, region))),
  };
}

function revocationLags({ writes, uses }: History, authority: string): Pick<Figures, 'revocationDecided' | 'revocationAnywhere'> {
  const deletes = new Map(writes.filter(({ kind, outcome }) => kind === 'delete' && outcome === 'acked').map((write) => [write.accessor, write]));
  let [revocationDecided, revocationAnywhere] = [0, 0];
  for (const { accessor, region, start, accepted } of uses) {
    const gone = deletes.get(accessor);
    if (gone === undefined || !accepted) continue;
    const lag = Math.max(0, start - gone.end);
    revocationAnywhere = Math.max(revocationAnywhere, lag);
    if (region === (gone.scope === 'global' ? authority : gone.region)) revocationDecided = Math.max(revocationDecided, lag);
  }
  return { revocationDecided, revocationAnywhere };
}

function longestGap({ writes }: History, region: string): number {
  const sent = writes.filter((write) => write.region === region);
  const last = Math.max(...sent.map(({ start }) => start));
  const acknowledged = sent.filter(({ outcome, end }) => outcome === 'acked' && end <= last).map(({ end }) => end).toSorted((a, b) => a - b);
  let longest = 0;
  let before = Math.min(...sent.map(({ start }) => start));
  for (const end of [...acknowledged, last]) {
    longest = Math.max(longest, end - before);
    before = end;
  }
  return longest;
}
