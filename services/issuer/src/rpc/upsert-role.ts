import { isDeepStrictEqual } from 'node:util';
import type { issuer } from '@mintmark/contract';
import { type LiveEntry, Refusal, roleResource } from '@mintmark/domain';
import type { Expect } from '@mintmark/log';
import type { IssuerContext } from '../context.ts';
import type { Administrator, IssuerCall } from '../core/call.ts';
import { commit, decide, headShown, alreadySo } from '../core/commit.ts';
import { feltHere } from '../core/felt-here.ts';
import { mayWrite } from '../core/guards.ts';
import { mayHandOnPolicies } from '../core/handing-on.ts';
import { readById } from '../core/reading.ts';
import { mayAdminister } from '../core/rights.ts';
import { draftRole, mustBeFree, roleWritten } from '../core/roles.ts';

/** Creates a role, or replaces one (specs 1.11). Always decided by the authority. */
export async function upsertRole(ctx: IssuerContext, request: issuer.UpsertRoleRequest, call: IssuerCall): Promise<issuer.RoleWritten> {
  const { role: input } = request;
  if (input === undefined) throw new Refusal('invalid_argument', 'role must be given');
  if (ctx.authority !== undefined) {
    const written = await ctx.authority.upsertRole(request, call);
    await feltHere(ctx, written.written?.freshness, call.signal);
    return written;
  }
  return decide(ctx, call.signal, async () => {
    const stored = await storedRole(ctx, input, call.signal);
    if (stored?.record.body.name === input.name) return write(ctx, input, { stored, expect: { key: stored.revision } }, call);
    return ctx.wholeLog.decide(() => writeNamed(ctx, input, call), call.signal);
  });
}

/** A name that is new to the role is taken only if nothing at all is written meanwhile, so no two roles ever share one. */
async function writeNamed(ctx: IssuerContext, input: issuer.RoleInput, call: IssuerCall): Promise<issuer.RoleWritten> {
  const head = await headShown(ctx, call.signal);
  return write(ctx, input, { stored: await storedRole(ctx, input, call.signal), expect: { head } }, call);
}

async function write(
  ctx: IssuerContext,
  input: issuer.RoleInput,
  standing: { readonly stored: LiveEntry<'role'> | undefined; readonly expect: Expect },
  call: IssuerCall,
): Promise<issuer.RoleWritten> {
  const { stored, expect } = standing;
  const by = await mayWriteAs(ctx, input, stored, call);
  if (input.id !== '' && stored === undefined) throw new Refusal('invalid_argument', `cannot find role ${input.id}`);
  if (stored?.record.body.name !== input.name) await mustBeFree(ctx, input.name, call.signal);
  const record = await draftRole(ctx, input, stored, call.signal);
  mayHandOnPolicies(ctx, by, record.body.policies);
  if (stored !== undefined && isDeepStrictEqual(said(stored.record.body), said(record.body))) {
    return roleWritten(await alreadySo(ctx, stored.revision, call.signal), stored.record);
  }
  const committed = await commit(ctx, record, expect, call.signal);
  const change = stored === undefined ? 'created' : 'updated';
  ctx.events.grantWritten({ requestId: call.requestId, kind: 'role', id: record.id, by: by.token.record.id, index: committed.index, change });
  return roleWritten(committed, record);
}

/** The caller; the right is needed on the role as it is and as it is to be called. */
async function mayWriteAs(ctx: IssuerContext, input: issuer.RoleInput, stored: LiveEntry<'role'> | undefined, call: IssuerCall): Promise<Administrator> {
  const verb = stored === undefined ? 'create' : 'update';
  const by = await mayAdminister(ctx, call, { verb, resource: roleResource(input.name) });
  mayWrite(by.token, 'global');
  const name = stored?.record.body.name ?? input.name;
  if (name !== input.name) await mayAdminister(ctx, call, { verb, resource: roleResource(name) });
  return by;
}

async function storedRole(ctx: IssuerContext, { id }: issuer.RoleInput, signal: AbortSignal): Promise<LiveEntry<'role'> | undefined> {
  return id === '' ? undefined : readById(ctx, 'role', id, signal);
}

function said({ name, description, policies }: LiveEntry<'role'>['record']['body']): unknown {
  return { name, description, policies };
}
