import { encodeRecord } from '@mintmark/contract';
import type { MintRecord } from '@mintmark/domain';
import type { Watermark } from '@mintmark/view';
import type { SimRegion } from '../cluster.ts';
import type { Acks } from './acks.ts';
import type { Verdicts } from './broken.ts';
import type { History } from './history.ts';

/** Judges a region's view: within an epoch it only moves forward (P3), and whenever it becomes ready it is the fold of the log (P1). */
export function watchView(region: SimRegion, history: History, acks: Acks, verdicts: Verdicts): void {
  const { viewServer } = region;
  let last: Watermark | undefined;
  let run = viewServer.run;
  let shown = 0;
  viewServer.onMoved((watermark) => {
    const restarted = viewServer.run !== run;
    run = viewServer.run;
    if (watermark !== undefined && last !== undefined && !restarted && watermark.epoch === last.epoch && watermark.revision < last.revision) {
      verdicts.broken('P3', `${region.name}: the view went back from ${last.revision} to ${watermark.revision}`);
    }
    if (watermark?.ready === true && last?.ready !== true) {
      const acked = acks.upTo(region.name);
      if (watermark.revision < acked) verdicts.broken('P1', `${region.name}: the view is called ready at ${watermark.revision}, writes were acknowledged up to ${acked}`);
      if (watermark.revision < shown) verdicts.broken('P3', `${region.name}: the index went back from ${shown} to ${watermark.revision}`);
      judgeFold(region, history, verdicts);
    }
    if (watermark?.ready === true) shown = Math.max(shown, watermark.revision);
    last = watermark;
  });
}

/** Whether a view shows exactly what its log says at its revision, but for what was tampered with and not repaired yet. */
export function judgeFold({ name, viewServer, logServer }: SimRegion, history: History, verdicts: Verdicts): void {
  const { shown } = viewServer;
  if (shown === undefined) return;
  const { revision } = shown.watermark;
  const wanted = foldedAt(history, revision);
  const there = new Map(shown.tables.all());
  const erased = new Set([...logServer.erased].map((key) => key.slice(2).replace('.', '/')));
  for (const [key, state] of wanted) {
    if (erased.has(key) || shown.tables.tampered.has(key)) continue;
    const row = there.get(key);
    if (row === undefined) return verdicts.broken('P1', `${name}: the view at ${revision} lacks ${key} of ${state.revision}`);
    if (row.revision !== state.revision || !Buffer.from(row.bytes).equals(Buffer.from(encodeRecord(state.record)))) {
      return verdicts.broken('P1', `${name}: the view at ${revision} shows ${key} of ${row.revision}, the log has ${state.revision}`);
    }
  }
  for (const key of there.keys()) if (!wanted.has(key)) return verdicts.broken('P2', `${name}: the view at ${revision} shows ${key}, which the log has no more`);
}

/** Live records by kind and id: of a global and a local one the later counts, as in the view. */
function foldedAt(history: History, revision: number): ReadonlyMap<string, { readonly revision: number; readonly record: MintRecord }> {
  const live = new Map<string, { readonly revision: number; readonly record: MintRecord }>();
  const newest = new Map<string, number>();
  for (const key of history.keys()) {
    const state = history.stateAt(key, revision);
    if (state === undefined) continue;
    const { kind, id, deleted } = state.record;
    const name = `${kind}/${id}`;
    if ((newest.get(name) ?? 0) > state.revision) continue;
    newest.set(name, state.revision);
    live.delete(name);
    if (!deleted) live.set(name, { revision: state.revision, record: state.record });
  }
  return live;
}
