import { keyText, type RecordKey } from '@mintmark/domain';
import { markOf } from './fingerprint.ts';
import { rangeOf } from './table.ts';

/** One record that was not as it had to be. */
export interface Difference {
  readonly key: string;
  /** Which of the ranges of keys it is in. */
  readonly range: number;
  readonly problem: string;
  readonly repaired: boolean;
}

/** What a comparison found. */
export interface Comparison {
  readonly with: 'view' | 'authority';
  /** Why nothing could be compared. */
  readonly problem?: string;
  readonly records: number;
  readonly differing: number;
  readonly repaired: number;
  /** What changed meanwhile, and cannot be compared yet. */
  readonly changing: number;
  /** Of those that differed, as many as anybody wants to read. */
  readonly differences: readonly Difference[];
}

const MOST_TOLD = 100;

/** What became of one suspect: it differed, or it did not, or it is on its way. */
export type Finding = { readonly kind: 'fine' | 'changing' } | { readonly kind: 'differs'; readonly key: RecordKey; readonly problem: string; readonly repaired: boolean };

export const FINE: Finding = { kind: 'fine' };
export const CHANGING: Finding = { kind: 'changing' };

export function comparisonOf(what: Comparison['with'], records: number, findings: readonly Finding[]): Comparison {
  const differing = findings.filter((finding) => finding.kind === 'differs');
  return {
    with: what,
    records,
    differing: differing.length,
    repaired: differing.filter(({ repaired }) => repaired).length,
    changing: findings.filter(({ kind }) => kind === 'changing').length,
    differences: differing.slice(0, MOST_TOLD).map(({ key, problem, repaired }) => ({ key: keyText(key), range: rangeOf(markOf(key.kind, key.id)), problem, repaired })),
  };
}

export function notCompared(what: Comparison['with'], problem: string): Comparison {
  return { with: what, problem, records: 0, differing: 0, repaired: 0, changing: 0, differences: [] };
}
