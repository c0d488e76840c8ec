import { type Kind, parseKey } from '@mintmark/domain';
import type { SimRegion } from '../cluster.ts';
import type { SimNode } from '../kernel/node.ts';
import type { Troubles } from '../faults/troubles.ts';
import type { Verdicts } from './broken.ts';
import type { History } from './history.ts';

export interface Watched {
  readonly from: number;
  readonly to: number;
  readonly waitMs: number;
  readonly asked: number;
  readonly got: number;
}

/** How late a wake-up may be where nothing is wrong: milliseconds. */
const WAKES_WITHIN_MS = 1_000;
/** How long a broken connection may go unnoticed after its cause has ended: milliseconds. */
const LINGERS_MS = 4_000;

/** By how much a machine's clocks may be fast. */
const SLOWEST = 0.97;

/** Judges a blocking query on tokens (P4): it returns past its index only for a change of a token, misses none, and ends with its time. */
export function judgeWatch(region: SimRegion, node: SimNode, watched: Watched, history: History, troubles: Troubles, verdicts: Verdicts): void {
  const { from, to, waitMs, asked, got } = watched;
  const kindOf = (key: string): Kind | undefined => parseKey(key)?.kind;
  const changes = history.entries.filter(({ key, revision }) => revision > asked && kindOf(key) === 'token');
  const about = `${node.name}: a query past ${asked}`;
  if (history.losses === 0 && got > region.logServer.head.revision) verdicts.broken('P3', `${about} returned ${got}, the log ends at ${region.logServer.head.revision}`);
  const { compacted } = region.logServer.head;
  if (got > asked && got > compacted && !changes.some(({ revision }) => revision === got)) verdicts.broken('P4', `${about} returned with ${got}, which is no change of a token`);
  if (got > asked) return;
  const early = to - from < waitMs * SLOWEST - 1;
  const calm = !troubles.any([node, region.view, region.issuer, region.replicator, region.log], from - LINGERS_MS);
  if (early && calm) verdicts.broken('P4', `${about} returned with ${got} after ${(to - from).toFixed(0)} of ${waitMs} ms`);
  const missed = changes.find(({ key, revision }) => (history.of(key).find((state) => state.revision === revision)?.at ?? to) < to - WAKES_WITHIN_MS);
  if (missed !== undefined && calm) verdicts.broken('P4', `${about} missed ${missed.revision}`);
}
