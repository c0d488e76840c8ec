import type { issuer } from '@mintmark/contract';
import {
  type BootstrapBody,
  digestOf,
  formatTime,
  instantOf,
  isUuid,
  type LiveRecord,
  NO_REVISION,
  Refusal,
  type Revision,
  tokenHash,
} from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import { tokenWritten } from '../core/answer.ts';
import type { IssuerCall } from '../core/call.ts';
import { commit, decide, reachLog, shown } from '../core/commit.ts';
import { atRest, envelope, freshUuid, tokenContext } from '../core/mint.ts';
import { readByKey } from '../core/reading.ts';
import { keepSystemRecords } from '../core/system-records.ts';

/*
 * Bootstrap: once until a reset, whoever calls and however many call at once.
 *
 * B1  The marker is written before the token, each only if nothing at all was appended since the state that the decision saw. So a second
 *     bootstrap either sees the first one's token, or makes the first one's append fail.
 * B2  A marker without a token is a bootstrap that died half way; nobody holds its secret, so the next call takes over. Where tombstones
 *     newer than the marker may have been purged, an absent token proves nothing and counts as done.
 */

const MARKER = { scope: 'global', kind: 'bootstrap', id: 'acl' } as const;

export async function bootstrapToken(ctx: IssuerContext, request: issuer.BootstrapTokenRequest, call: IssuerCall): Promise<issuer.TokenWritten> {
  if (ctx.authority !== undefined) return ctx.authority.bootstrapToken(request, call);
  const written = await mint(ctx, request, call);
  await keepSystemRecords(ctx, call.signal).catch(leftToTheLoop);
  return written;
}

function mint(ctx: IssuerContext, request: issuer.BootstrapTokenRequest, call: IssuerCall): Promise<issuer.TokenWritten> {
  let allowed = false;
  return decide(ctx, call.signal, async () => {
    const state = await bootstrapState(ctx, call.signal);
    const resets = state.done !== undefined && !allowed;
    if (resets) await mustBeReset(ctx, state.done);
    const secret = await chosenSecret(ctx, request.bootstrapSecret, call.signal);
    if (resets) await ctx.dropBootstrapReset();
    allowed ||= resets;
    const record = managementToken(ctx, secret);
    const marker: LiveRecord<'bootstrap'> = { ...MARKER, deleted: false, body: { accessorId: record.id }, ...envelope(ctx, state.createIndex) };
    const marked = await commit(ctx, marker, { head: state.head }, call.signal);
    const committed = await commit(ctx, record, { head: marked.index }, call.signal);
    ctx.events.bootstrapped({ requestId: call.requestId, accessorId: record.id, index: committed.index, reset: allowed });
    return tokenWritten(ctx, committed, { record, secret, createIndex: committed.index }, call.signal);
  });
}

/** What is missing is written again and again until it is there; the token is there already. */
function leftToTheLoop(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}

interface BootstrapState {
  readonly head: Revision;
  /** The marker's own createIndex; 0 where there is none. */
  readonly createIndex: Revision;
  /** The reset index, where a bootstrap was completed. */
  readonly done: Revision | undefined;
}

async function bootstrapState(ctx: IssuerContext, signal: AbortSignal): Promise<BootstrapState> {
  const head = await reachLog(() => ctx.log.head({ signal }));
  await shown(ctx, head.revision, signal);
  const marker = await reachLog(() => ctx.log.get(MARKER, { signal }));
  if (marker === undefined || marker.record.deleted) return { head: head.revision, createIndex: NO_REVISION, done: undefined };
  const { accessorId } = marker.record.body as BootstrapBody;
  const token = await reachLog(() => ctx.log.get({ scope: 'global', kind: 'token', id: accessorId }, { signal }));
  const halfWay = token === undefined && marker.revision > head.compacted;
  return {
    head: head.revision,
    createIndex: marker.record.createIndex,
    done: halfWay ? undefined : (token?.record.createIndex ?? marker.revision),
  };
}

/** Refuses where no operator has reset it. */
async function mustBeReset(ctx: IssuerContext, resetIndex: Revision): Promise<void> {
  const reset = await ctx.readBootstrapReset();
  if (reset === undefined) throw new Refusal('invalid_argument', `ACL bootstrap already done (reset index: ${resetIndex})`);
  if (reset !== 'any' && reset !== resetIndex) {
    throw new Refusal('invalid_argument', `Invalid bootstrap reset index (specified ${reset}, reset index: ${resetIndex})`);
  }
}

async function chosenSecret(ctx: IssuerContext, wanted: string, signal: AbortSignal): Promise<string> {
  if (wanted === '') return freshUuid(ctx);
  if (!isUuid(wanted)) throw new Refusal('invalid_argument', 'invalid acl token');
  const secret = wanted.toLowerCase();
  if ((await readByKey(ctx, 'token', 'secret', digestOf(secret), signal)) !== undefined) {
    throw new Refusal('invalid_argument', 'BootstrapSecret is in use: choose another');
  }
  return secret;
}

function managementToken(ctx: IssuerContext, secret: string): LiveRecord<'token'> {
  const id = freshUuid(ctx);
  const said = { name: 'Bootstrap Token', type: 'management', policies: null, roleIds: [] } as const;
  const body = {
    ...said,
    secret: atRest(ctx, secret, tokenContext(id)),
    hash: tokenHash({ ...said, scope: 'global' }),
    createTime: formatTime(instantOf(ctx.world.clock.now())),
    expirationTime: null,
    expirationTtl: 0,
  };
  return { kind: 'token', id, scope: 'global', deleted: false, body, ...envelope(ctx) };
}
