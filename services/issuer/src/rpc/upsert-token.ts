import type { issuer } from '@mintmark/contract';
import { digestOf, isUuid, type LiveEntry, NO_REVISION, Refusal, tokenResource } from '@mintmark/domain';
import type { Expect } from '@mintmark/log';
import type { IssuerContext } from '../context.ts';
import { tokenWritten } from '../core/answer.ts';
import type { Administrator, IssuerCall } from '../core/call.ts';
import { type Committed, commit, decide, headShown } from '../core/commit.ts';
import { feltHere } from '../core/felt-here.ts';
import { mayHandOnToken } from '../core/handing-on.ts';
import { keepingAnAdministrator, mayWrite, within } from '../core/guards.ts';
import { tokenContext } from '../core/mint.ts';
import { readById, readByKey } from '../core/reading.ts';
import { mayAdminister } from '../core/rights.ts';
import { draftNew, draftUpdate, isUpload, unknownToken } from '../core/tokens.ts';

/** Creates, updates or uploads a token, here or at the authority. */
export async function upsertToken(ctx: IssuerContext, request: issuer.UpsertTokenRequest, call: IssuerCall): Promise<issuer.TokenWritten> {
  const input = request.token;
  if (input === undefined) throw new Refusal('invalid_argument', 'token must be given');
  // It may be another by the time that is known.
  const { authority } = ctx;
  if (authority !== undefined && (await belongsToAuthority(ctx, input, call.signal))) {
    const written = await authority.upsertToken(request, call);
    if (input.accessorId !== '') await feltHere(ctx, written.written?.freshness, call.signal);
    return written;
  }
  if (input.accessorId === '') return create(ctx, input, await mayWriteAs(ctx, undefined, input, call), call);
  return decide(ctx, call.signal, async () => {
    const stored = await readById(ctx, 'token', input.accessorId.toLowerCase(), call.signal);
    const by = await mayWriteAs(ctx, stored, input, call);
    if (!isUuid(input.accessorId)) throw new Refusal('invalid_argument', 'token lookup failed: acl token lookup failed: index error: UUID must be 36 characters');
    if (within(call, stored)) return update(ctx, input, stored, by, call);
    if (stored !== undefined || !isUpload(input)) throw unknownToken(input.accessorId);
    return ctx.wholeLog.decide(() => upload(ctx, input, by, call), call.signal);
  });
}

/** The caller, who must have the right on the token as it is and as it is to be called. */
async function mayWriteAs(
  ctx: IssuerContext,
  stored: LiveEntry<'token'> | undefined,
  input: issuer.TokenInput,
  call: IssuerCall,
): Promise<Administrator> {
  const named = tokenResource(input.name);
  if (stored === undefined) return mayAdminister(ctx, call, { verb: 'create', resource: named });
  const { name } = stored.record.body;
  if (name !== input.name) await mayAdminister(ctx, call, { verb: 'update', resource: named });
  return mayAdminister(ctx, call, { verb: 'update', resource: tokenResource(name) });
}

/** Global tokens belong to the authority; so do tokens that this region has not seen and that do not say that they are local. */
async function belongsToAuthority(ctx: IssuerContext, input: issuer.TokenInput, signal: AbortSignal): Promise<boolean> {
  if (input.accessorId === '') return input.global === true;
  if (!isUuid(input.accessorId)) return false;
  const stored = await readById(ctx, 'token', input.accessorId.toLowerCase(), signal);
  if (stored !== undefined) return stored.record.scope === 'global';
  return input.global ?? !isUpload(input);
}

async function create(ctx: IssuerContext, input: issuer.TokenInput, by: Administrator, call: IssuerCall): Promise<issuer.TokenWritten> {
  mayWrite(by.token, input.global === true ? 'global' : 'local');
  const drafted = await draftNew(ctx, input, call.signal);
  mayHandOnToken(ctx, by, drafted.record.body);
  const committed = await commit(ctx, drafted.record, { key: NO_REVISION }, call.signal);
  ctx.events.tokenWritten({ requestId: call.requestId, accessorId: drafted.record.id, by: by.token.record.id, index: committed.index, change: 'created' });
  return tokenWritten(ctx, committed, { ...drafted, createIndex: committed.index }, call.signal);
}

async function upload(ctx: IssuerContext, input: issuer.TokenInput, by: Administrator, call: IssuerCall): Promise<issuer.TokenWritten> {
  mayWrite(by.token, input.global === true ? 'global' : 'local');
  if (!isUuid(input.secretId)) throw new Refusal('invalid_argument', 'SecretID must be a UUID: 8-4-4-4-12 hexadecimal digits');
  const head = await headShown(ctx, call.signal);
  const drafted = await draftNew(ctx, input, call.signal);
  mayHandOnToken(ctx, by, drafted.record.body);
  if ((await readByKey(ctx, 'token', 'secret', digestOf(drafted.secret), call.signal)) !== undefined) {
    throw new Refusal('invalid_argument', 'SecretID is in use: choose another');
  }
  const committed = await commit(ctx, drafted.record, { head }, call.signal);
  ctx.events.tokenWritten({ requestId: call.requestId, accessorId: drafted.record.id, by: by.token.record.id, index: committed.index, change: 'uploaded' });
  return tokenWritten(ctx, committed, { ...drafted, createIndex: committed.index }, call.signal);
}

async function update(
  ctx: IssuerContext,
  input: issuer.TokenInput,
  stored: LiveEntry<'token'>,
  by: Administrator,
  call: IssuerCall,
): Promise<issuer.TokenWritten> {
  mayWrite(by.token, stored.record.scope);
  mayHandOnToken(ctx, by, stored.record.body);
  const record = await draftUpdate(ctx, input, stored, call.signal);
  mayHandOnToken(ctx, by, record.body);
  const write = (expect: Expect): Promise<Committed> => commit(ctx, record, expect, call.signal);
  const committed = await (record.body.type === 'management' ? write({ key: stored.revision }) : keepingAnAdministrator(ctx, stored, write, call.signal));
  ctx.events.tokenWritten({ requestId: call.requestId, accessorId: record.id, by: by.token.record.id, index: committed.index, change: 'updated' });
  const secret = ctx.sealer.open(stored.record.body.secret.sealed, tokenContext(record.id));
  return tokenWritten(ctx, committed, { record, secret, createIndex: record.createIndex }, call.signal);
}
