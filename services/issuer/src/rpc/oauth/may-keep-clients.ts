import type { oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { clientKeeper } from '../../core/oauth/client-rights.ts';
import type { Right } from '../../core/rights.ts';

const VERBS: ReadonlySet<string> = new Set<Right['verb']>(['create', 'read', 'update', 'delete']);

/** What the caller may do to clients of these names. Refuses whoever may do nothing at all in the account. */
export async function mayKeep(ctx: IssuerContext, request: oauth.MayKeepClientsRequest, call: IssuerCall): Promise<oauth.MayKeepClientsResponse> {
  const { organization: id, names, verb, source } = request;
  if (!VERBS.has(verb)) throw new Refusal('invalid_argument', 'verb must be create, read, update or delete');
  await ctx.oauth.tokens.whenSettled(call.signal);
  const organization = ctx.oauth.tokens.shown.organization(id);
  const keeper = await clientKeeper(ctx, { call, source }, organization);
  return { permitted: names.map((name) => keeper.may(verb as Right['verb'], name)) };
}
