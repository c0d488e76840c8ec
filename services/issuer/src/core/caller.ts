import { type recordWire, fromWire } from '@mintmark/contract';
import { digestOf, instantOf, isExpired, isFollowed, isUuid, type LiveEntry, liveOf, parseFreshness, Refusal, revision } from '@mintmark/domain';
import type { Watermark } from '@mintmark/view';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from './call.ts';
import { orUnavailable } from './reading.ts';

/** The one text for every failed authentication or missing right: it tells nobody which (specs 1.0.2). */
export const permissionDenied = (): Refusal => new Refusal('permission_denied', 'Permission denied');

/**
 * The live, unexpired token behind the caller's credential, judged by this region's own records; a global token that has not
 * arrived yet is asked for at the authority (P6). `undefined` when there is none.
 */
export async function callerOf(ctx: IssuerContext, call: IssuerCall): Promise<LiveEntry<'token'> | undefined> {
  if (call.credential === undefined || !isUuid(call.credential)) return undefined;
  const digest = digestOf(call.credential.toLowerCase());
  const token = ctx.callers.find(digest) ?? (await read(ctx, digest, call));
  if (token === undefined || isExpired(token.record.body, instantOf(ctx.world.clock.now()))) return undefined;
  return token;
}

async function read(ctx: IssuerContext, digest: string, call: IssuerCall): Promise<LiveEntry<'token'> | undefined> {
  const { value, watermark } = await orUnavailable(() => ctx.view.find('token', 'secret', digest, { signal: call.signal }));
  if (value === undefined) return fromAuthority(ctx, digest, watermark, call);
  ctx.callers.keep(digest, value, watermark);
  return value;
}

/** What the region showed before and lacks now was deleted here, however far behind the authority's own view may be (P2). One that it has not compared with yet is not believed. */
async function fromAuthority(ctx: IssuerContext, digest: string, { contact }: Watermark, call: IssuerCall): Promise<LiveEntry<'token'> | undefined> {
  if (ctx.authority === undefined || !isFollowed(ctx.standing.known, contact)) return undefined;
  try {
    const answer = await ctx.authority.resolveSecret({ digest: Buffer.from(digest, 'hex'), kind: 'token' }, { ...call, credential: undefined });
    const there = parseFreshness(answer.freshness)?.incarnation;
    if (contact !== undefined && contact.incarnation === there && contact.covered >= answer.modifyIndex) return undefined;
    return entryFrom(answer.record, answer.modifyIndex);
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'unavailable' || error.code === 'outcome_unknown')) return undefined;
    throw error;
  }
}

function entryFrom(record: recordWire.Record | undefined, modifyIndex: number): LiveEntry<'token'> | undefined {
  if (record === undefined) return undefined;
  const at = revision(modifyIndex);
  return liveOf({ revision: at, record: fromWire(record, at) }, 'token');
}
