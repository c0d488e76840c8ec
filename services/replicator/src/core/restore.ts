import { keyText, KINDS, type MintRecord, NO_REVISION, revision } from '@mintmark/domain';
import type { RecordVerifier } from '@mintmark/keys/records';
import type { World } from '@mintmark/kit/lifecycle';
import type { Log, LogHead } from '@mintmark/log';
import { type View, ViewError, type Watermark } from '@mintmark/view';
import type { ReplicatorEvents } from '../events.ts';

/*
 * Which of the region's two stores is to be believed, and the log written again from the view (P1).
 *
 * S1  What was acknowledged is in the view: a write returns when the view shows it. So a log that is shorter than the view, or that does
 *     not follow the log which the view was folded from, is the worse store, whatever it has.
 * S2  A log follows every log whose revisions its base covers. Only such a one may replace what the view shows.
 * S3  The new log begins far above all that the old one may have had: the index never goes back (P3), also where a record had been pulled by
 *     other regions, or seen by a reader, and no view showed it yet.
 * S4  Records are written again with the signatures that they have. What nobody may believe, or read, is left out and told of (P10, P12).
 */

/** More than is ever written between the log and the view. */
const CLEARANCE = 1_000_000;
const PAGE = 1_000;

/** What to do with a log and a view. `problem` says why the log is to be written again. */
export type Judgement = { readonly kind: 'go_on' } | { readonly kind: 'fold'; readonly reason: string } | { readonly kind: 'rewrite'; readonly problem: string };

/** `mistrusted`: the incarnation that a reader has found changed behind his back. */
export function judge(head: LogHead, { source, revision: shown }: Watermark, mistrusted: string | undefined): Judgement {
  if (!head.complete) return { kind: 'rewrite', problem: 'the log was left half written' };
  if (source.incarnation === head.incarnation) {
    if (shown > head.revision) return { kind: 'rewrite', problem: `the log ends at ${head.revision}, but the view shows ${shown}: the log lost its tail` };
    if (mistrusted === head.incarnation) return { kind: 'rewrite', problem: 'the log is not what was read from it: it lost its tail and was written on' };
    return shown < head.compacted ? { kind: 'fold', reason: 'the view is behind purged tombstones' } : { kind: 'go_on' };
  }
  if (head.base >= shown) return { kind: 'fold', reason: 'the view shows another log' };
  return { kind: 'rewrite', problem: `the log begins at ${head.base}, but the view shows ${shown} of the log before: the log was lost` };
}

export interface RestoreDeps {
  readonly log: Log;
  readonly view: View;
  readonly verifier: RecordVerifier;
  readonly world: World;
  readonly events: ReplicatorEvents;
}

/** Writes the log again from everything that the view shows; from nothing where it shows nothing. Safe to repeat. */
export async function restoreLog(deps: RestoreDeps, from: Watermark | undefined, signal: AbortSignal): Promise<void> {
  const { log, view, world, events } = deps;
  const began = world.clock.monotonic();
  let records = 0;
  const counted = async function* (watermark: Watermark): AsyncGenerator<MintRecord> {
    for await (const record of everything(deps, watermark, signal)) {
      records += 1;
      yield record;
    }
  };
  if (from !== undefined && !from.ready) await view.mark({ epoch: from.epoch, ready: true }, { signal });
  const above = from === undefined ? NO_REVISION : revision(from.revision + CLEARANCE);
  await log.rewrite(from === undefined ? nothing() : counted(from), { above, signal });
  events.restored({ records, above, tookMs: world.clock.monotonic() - began });
}

/** Everything live in the view at one watermark. Throws `ViewError` `gap` when the view moves. */
async function* everything({ view, verifier, events }: RestoreDeps, { epoch, revision: at }: Watermark, signal: AbortSignal): AsyncGenerator<MintRecord> {
  for (const kind of KINDS) {
    let from: string | undefined;
    for (let more = true; more; ) {
      const { value, watermark, refused = [] } = await view.list(kind, { order: 'id', ...(from === undefined ? {} : { from }), limit: PAGE }, { signal });
      if (watermark.epoch !== epoch || watermark.revision !== at) throw new ViewError('gap', 'the view moved while the log was being written again from it');
      for (const id of refused) events.setAside({ source: 'view', why: 'unreadable', revision: at, key: `${kind}.${id}`, problem: 'it cannot be read' });
      const entries = value.filter(({ record }) => record.id !== from);
      const problems = await Promise.all(entries.map(({ record }) => verifier.judge(record as MintRecord)));
      for (const [n, { record, revision: stood }] of entries.entries()) {
        const problem = problems[n];
        if (problem === undefined) yield record as MintRecord;
        else events.setAside({ source: 'view', why: 'refused', revision: stood, key: keyText(record as MintRecord), problem });
      }
      more = value.length === PAGE;
      from = value.at(-1)?.record.id;
    }
  }
}

async function* nothing(): AsyncGenerator<never> {
  // Neither store has anything.
}
