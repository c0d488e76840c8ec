import { decodeRecord, encodeRecord, type issuer } from '@mintmark/contract';
import { type Bodies, type Kind, type LiveEntry, type LiveRecord, type MintRecord, NO_REVISION, Refusal, restrictedBy, type Tombstone } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { type Committed, commit, decide, headShown, reachLog, alreadySo } from '../commit.ts';
import { envelope } from '../mint.ts';
import { orUnavailable } from '../reading.ts';
import { openRequest, ownCall, sealedRequest } from '../sealed.ts';
import { moved } from './standing.ts';

/*
 * What was decided by an authority before, and never reached the present one, is set aside by the replicators. What of it takes something away holds in the region
 * that had it (P2), and is carried over to the authority here, so that it holds everywhere; what gives something is for people to give again.
 */

const PURPOSE = 'what was set aside';
const LOOK_EVERY_MS = 1_000;
const PAGE = 1_000;

export async function carryForever(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (ctx.follower.live && ctx.standing.known.active) for (const entry of await waiting(ctx, signal)) await carry(ctx, entry, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refusal) && !(error instanceof LogError)) throw error;
    }
    await ctx.world.timers.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}

async function waiting(ctx: IssuerContext, signal: AbortSignal): Promise<readonly LiveEntry<'set_aside'>[]> {
  const { value } = await orUnavailable(() => ctx.view.list('set_aside', { order: 'created', limit: PAGE }, { signal }));
  return value.filter(({ record: { body } }) => body.held && body.carried === '');
}

async function carry(ctx: IssuerContext, { revision, record }: LiveEntry<'set_aside'>, signal: AbortSignal): Promise<void> {
  const aside = decodeRecord(record.body.record, record.body.origin.revision);
  const carried = await carriedBy(ctx, aside, signal);
  const body = { ...record.body, carried };
  await commit(ctx, { ...record, body, ...envelope(ctx, record.createIndex) }, { key: revision }, signal);
}

async function carriedBy(ctx: IssuerContext, aside: MintRecord, signal: AbortSignal): Promise<string> {
  if (ctx.standing.here) return (await restrict(ctx, aside, signal)).freshness;
  const text = Buffer.from(encodeRecord(aside)).toString('base64');
  const call = ownCall(ctx, 'carry-over', signal);
  return (await ctx.peerOf(ctx.standing.known.region).standing.carryOver({ sealed: sealedRequest(ctx, PURPOSE, text) }, call)).freshness;
}

/** At the authority: what another region's issuer has sealed. Throws `Refusal`. */
export async function carryOver(ctx: IssuerContext, sealed: Uint8Array, signal: AbortSignal): Promise<issuer.Written> {
  const text = openRequest(ctx, PURPOSE, sealed) as string;
  await ctx.standing.whenSettled(signal);
  if (!ctx.standing.here) throw moved(ctx.standing.known.region);
  const { index, freshness } = await restrict(ctx, decodeRecord(Buffer.from(text, 'base64'), NO_REVISION), signal);
  return { index, freshness };
}

function restrict(ctx: IssuerContext, aside: MintRecord, signal: AbortSignal): Promise<Committed> {
  const key = { scope: 'global', kind: aside.kind, id: aside.id } as const;
  return decide(ctx, signal, async () => {
    const present = await reachLog(() => ctx.log.get(key, { signal }));
    const wanted = restrictedBy(aside, present?.record as MintRecord | undefined);
    if (wanted === undefined) return alreadySo(ctx, await headShown(ctx, signal), signal);
    const createIndex = present === undefined || present.record.deleted ? NO_REVISION : present.record.createIndex;
    const record = restricted(key, wanted, envelope(ctx, createIndex));
    ctx.signing.after(aside);
    const committed = await commit(ctx, record, { key: present?.revision ?? NO_REVISION }, signal);
    ctx.events.carriedOver({ kind: aside.kind, id: aside.id, index: committed.index });
    return committed;
  });
}

function restricted(key: { readonly scope: 'global'; readonly kind: Kind; readonly id: string }, wanted: 'end' | Bodies[Kind], made: ReturnType<typeof envelope>): MintRecord {
  if (wanted === 'end') return { ...key, deleted: true, ...made } as Tombstone<'token'>;
  return { ...key, deleted: false, body: wanted, ...made } as LiveRecord<'token'>;
}
