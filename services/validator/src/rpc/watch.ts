import { validator } from '@mintmark/contract';
import { isKind, type Kind, Refusal, type Revision, revision } from '@mintmark/domain';
import type { CallContext } from '@mintmark/kit/rpc';
import { type Change, ViewError } from '@mintmark/view';
import type { ValidatorContext } from '../context.ts';
import { placeIn } from '../core/long-calls.ts';
import { addressOf } from './asking.ts';

const PER_STEP = 1_024;
const WATCHABLE: ReadonlySet<Kind> = new Set<Kind>(['token', 'policy', 'role', 'personal_token']);

/** A change's event is made once, however many watch. */
const events = new WeakMap<Change, Buffer>();

/**
 * Every change of a kind after an index, in order, none twice (P4), as the bytes of `WatchEvent`s. Needs a management credential, asked for again after each pause. Ends with
 * `conflict` when the region's view started over: list again and watch from the index of that list.
 */
export async function* watch(ctx: ValidatorContext, request: validator.WatchRequest, call: CallContext): AsyncGenerator<Buffer> {
  const { kind } = request;
  if (!isKind(kind) || !WATCHABLE.has(kind)) throw new Refusal('invalid_argument', 'kind must be one of: token, policy, role, personal_token');
  using _place = placeIn(ctx.longCalls.events, await mayWatch(ctx, call));
  const { epoch } = ctx.changes;
  let at: Revision = request.after === 0 ? ctx.changes.through : revision(request.after);
  yield encoded({ index: at, id: '', deleted: false });
  if (at < ctx.changes.floor) at = yield* catchUp(ctx, epoch, kind, at, call.signal);
  for (;;) {
    if (ctx.changes.epoch !== epoch) throw startedOver();
    if (at < ctx.changes.floor) throw new Refusal('resource_exhausted', `too slow: watch again after ${at}`);
    const { changes, through } = ctx.changes.after(kind, at, PER_STEP);
    for (const change of changes) yield eventOf(change);
    if (through > at && changes.at(-1)?.revision !== through) yield encoded({ index: through, id: '', deleted: false });
    at = through > at ? through : at;
    await ctx.changes.moved(epoch, at, call.signal);
    if (!ctx.authenticator.managesAtOnce(call.credential())) await mayWatch(ctx, call);
  }
}

/** What this process no longer remembers is read from the view's own feed. */
async function* catchUp(ctx: ValidatorContext, epoch: string, kind: Kind, after: Revision, signal: AbortSignal): AsyncGenerator<Buffer, Revision> {
  const done = new AbortController();
  let at = after;
  try {
    for await (const batch of ctx.view.changes({ epoch, after, signal: AbortSignal.any([signal, done.signal]) })) {
      for (const change of batch.changes) if (change.kind === kind) yield eventOf(change);
      at = batch.through;
      if (at >= ctx.changes.floor) return at;
    }
  } catch (error) {
    if (error instanceof ViewError) throw startedOver(error);
    throw error;
  } finally {
    done.abort();
  }
  return at;
}

/** The accessor of whoever watches. */
async function mayWatch(ctx: ValidatorContext, call: CallContext): Promise<string> {
  const judged = await ctx.authenticator.authenticate(call.credential(), { signal: call.signal, peer: addressOf(call) });
  if (judged.outcome === 'unavailable') throw new Refusal('unavailable', "the region's view cannot be read now", { retryAfterMs: 1_000 });
  if (judged.outcome !== 'authenticated' || judged.principal.type !== 'management') throw new Refusal('permission_denied', 'Permission denied');
  return judged.token.record.id;
}

function startedOver(cause?: unknown): Refusal {
  return new Refusal('conflict', "the region's view started over: list again, then watch from the index of that list", { cause });
}

function eventOf(change: Change): Buffer {
  let event = events.get(change);
  if (event === undefined) {
    event = encoded({ index: change.revision, id: change.id, deleted: change.deleted });
    events.set(change, event);
  }
  return event;
}

function encoded(event: validator.WatchEvent): Buffer {
  return Buffer.from(validator.WatchEvent.encode(event).finish());
}
