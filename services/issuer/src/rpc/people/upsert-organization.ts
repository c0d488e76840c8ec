import type { issuer, people } from '@mintmark/contract';
import { organizationResource, Refusal } from '@mintmark/domain';
import type { Expect } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide, headShown } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { aliasMustBeFree, draftOrganization, type Organization, parentMustFit } from '../../core/people/organizations.ts';
import { recordWritten } from '../../core/people/written.ts';
import { readById } from '../../core/reading.ts';
import { mayAdminister } from '../../core/rights.ts';

/** Creates an organization, or replaces one. Always decided by the authority. */
export async function upsertOrganization(
  ctx: IssuerContext,
  request: people.UpsertOrganizationRequest,
  call: IssuerCall,
): Promise<issuer.RecordWritten> {
  const { organization: input } = request;
  if (input === undefined) throw new Refusal('invalid_argument', 'organization must be given');
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.upsertOrganization(request, call));
  return decide(ctx, call.signal, async () => {
    const stored = await storedOrganization(ctx, input, call);
    const kept = stored?.record.body;
    if (stored !== undefined && kept?.alias === input.alias && kept.parent === input.parent) {
      return write(ctx, input, { stored, expect: { key: stored.revision } }, call);
    }
    await mayWriteAs(ctx, input, stored, call);
    return ctx.wholeLog.decide(() => writePlaced(ctx, input, call), call.signal);
  });
}

/** An alias or a place among the organizations is taken only if nothing at all is written meanwhile. Whoever may not do that does not make the log stand still. */
async function writePlaced(ctx: IssuerContext, input: people.OrganizationInput, call: IssuerCall): Promise<issuer.RecordWritten> {
  const head = await headShown(ctx, call.signal);
  return write(ctx, input, { stored: await storedOrganization(ctx, input, call), expect: { head } }, call);
}

async function write(
  ctx: IssuerContext,
  input: people.OrganizationInput,
  { stored, expect }: { readonly stored: Organization | undefined; readonly expect: Expect },
  call: IssuerCall,
): Promise<issuer.RecordWritten> {
  const by = await mayWriteAs(ctx, input, stored, call);
  if (input.id !== '' && stored === undefined) throw new Refusal('not_found', 'there is no organization of this id');
  const record = draftOrganization(ctx, input, stored);
  await aliasMustBeFree(ctx, record, call.signal);
  await parentMustFit(ctx, record, call.signal);
  const committed = await commit(ctx, record, expect, call.signal);
  const change = stored === undefined ? 'created' : 'updated';
  ctx.events.personWritten({ requestId: call.requestId, kind: 'organization', id: record.id, by, index: committed.index, change });
  return recordWritten(committed, record);
}

/** The caller; the right is needed on the organization as it is and as it is to be called. */
async function mayWriteAs(ctx: IssuerContext, input: people.OrganizationInput, stored: Organization | undefined, call: IssuerCall): Promise<string> {
  const verb = input.id === '' ? 'create' : 'update';
  const { token, subject } = await mayAdminister(ctx, call, { verb, resource: organizationResource(input.alias) });
  mayWrite(token, 'global');
  const alias = stored?.record.body.alias ?? input.alias;
  if (alias !== input.alias) await mayAdminister(ctx, call, { verb, resource: organizationResource(alias) });
  return subject;
}

async function storedOrganization(ctx: IssuerContext, { id }: people.OrganizationInput, { signal }: IssuerCall): Promise<Organization | undefined> {
  return id === '' ? undefined : readById(ctx, 'organization', id, signal);
}
