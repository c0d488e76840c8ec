import type { validator } from '@mintmark/contract';
import { isUuid, type LiveEntry, NO_REVISION, Refusal, type Revision, revision } from '@mintmark/domain';
import type { CallContext } from '@mintmark/kit/rpc';
import { type Read, ViewError } from '@mintmark/view';
import type { ValidatorContext } from '../context.ts';
import { freshnessOf } from '../core/freshness.ts';
import { coversIndex } from '../core/waiting.ts';
import { addressOf } from './asking.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

/** Reads one token for a management caller, or for the token itself. */
export async function getToken(ctx: ValidatorContext, request: validator.GetTokenRequest, call: CallContext): Promise<validator.GetTokenResponse> {
  if (!isUuid(request.accessorId)) throw new Refusal('invalid_argument', 'accessor_id must be a UUID: 8-4-4-4-12 hexadecimal digits');
  const id = request.accessorId.toLowerCase();
  const caller = await callerOf(ctx, call);
  const management = caller?.record.body.type === 'management';
  if (!management && caller?.record.id !== id) throw denied();
  await coversIndex(ctx, request.minIndex, call.signal);
  const read = await readable(() => ctx.view.get('token', id, { signal: call.signal }));
  if (read.value === undefined) throw management ? new Refusal('not_found', 'ACL token not found') : denied();
  return { token: toView(read.value), index: read.value.revision, freshness: freshnessOf(read.watermark) };
}

/** A page of the region's tokens in creation order, for a management caller. */
export async function listTokens(ctx: ValidatorContext, request: validator.ListTokensRequest, call: CallContext): Promise<validator.ListTokensResponse> {
  const size = request.pageSize === 0 ? DEFAULT_PAGE : request.pageSize;
  if (size > MAX_PAGE) throw new Refusal('invalid_argument', `page_size must be at most ${MAX_PAGE}, not ${size}`);
  const from = cursorOf(request.pageToken);
  if ((await callerOf(ctx, call))?.record.body.type !== 'management') throw denied();
  await coversIndex(ctx, request.minIndex, call.signal);
  const pageOf = (start: Cursor | undefined, limit: number): Promise<Read<readonly LiveEntry<'token'>[]>> => readable(() => page(ctx, request.prefix.toLowerCase(), start, limit, call.signal));
  const read = await pageOf(from, size);
  const last = read.value[size - 1];
  // A page begins with the token that its cursor names.
  const [, next] = last === undefined ? [] : (await pageOf(last.record, 2)).value;
  return {
    tokens: read.value.map(toView),
    nextPageToken: next === undefined ? '' : `${next.record.createIndex}.${next.record.id}`,
    index: read.tableIndex,
    freshness: freshnessOf(read.watermark),
  };
}

interface Cursor {
  readonly createIndex: Revision;
  readonly id: string;
}

function page(ctx: ValidatorContext, prefix: string, from: Cursor | undefined, limit: number, signal: AbortSignal): Promise<Read<readonly LiveEntry<'token'>[]>> {
  return prefix === ''
    ? ctx.view.list('token', { order: 'created', limit, ...(from === undefined ? {} : { from: { createIndex: from.createIndex, id: from.id } }) }, { signal })
    : ctx.view.list('token', { order: 'id', prefix, limit, ...(from === undefined ? {} : { from: from.id }) }, { signal });
}

function cursorOf(text: string): Cursor | undefined {
  if (text === '') return undefined;
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(text);
  if (match === null) throw new Refusal('invalid_argument', 'page_token must be the next_page_token of an earlier answer');
  return { createIndex: revision(Number(match[1])), id: match[2] ?? '' };
}

async function callerOf(ctx: ValidatorContext, call: CallContext): Promise<LiveEntry<'token'> | undefined> {
  const judged = await ctx.authenticator.authenticate(call.credential(), { signal: call.signal, peer: addressOf(call) });
  if (judged.outcome === 'unavailable') throw unavailable();
  return judged.outcome === 'authenticated' ? judged.token : undefined;
}

function denied(): Refusal {
  return new Refusal('permission_denied', 'Permission denied');
}

function unavailable(cause?: unknown): Refusal {
  return new Refusal('unavailable', "the region's view cannot be read now", { retryAfterMs: 1_000, cause });
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ViewError) throw unavailable(error);
    throw error;
  }
}

function toView(entry: LiveEntry<'token'>): validator.TokenView {
  const { id, scope, body, createIndex } = entry.record;
  return {
    accessorId: id,
    name: body.name,
    type: body.type,
    policies: [...(body.policies ?? [])],
    roleIds: [...body.roleIds],
    global: scope === 'global',
    hash: Buffer.from(body.hash),
    createTime: body.createTime,
    expirationTime: body.expirationTime ?? '',
    createIndex: createIndex === NO_REVISION ? entry.revision : createIndex,
    modifyIndex: entry.revision,
  };
}
