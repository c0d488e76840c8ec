import type { people } from '@mintmark/contract';
import { formatTime, instantOf, type LiveEntry, type LiveRecord, organizationProblem, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import { envelope, freshUuid } from '../mint.ts';
import { askedNotBefore, endingAt } from '../not-before.ts';
import { pagesOf, readById, readByKey } from '../reading.ts';

export type Organization = LiveEntry<'organization'>;

/** The organization as it is to be stored. Throws the refusal `invalid_argument`. */
export function draftOrganization(ctx: IssuerContext, input: people.OrganizationInput, stored: Organization | undefined): LiveRecord<'organization'> {
  const { name, alias, parent } = input;
  const problem = organizationProblem(input);
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
  const { createTime, notBefore: before } = stored?.record.body ?? { createTime: formatTime(instantOf(ctx.world.clock.now())), notBefore: 0 };
  const id = stored?.record.id ?? freshUuid(ctx);
  const moment = askedNotBefore(ctx, input.notBefore);
  const notBefore = moment === 0 ? before : Math.max(before, endingAt(moment, latestWithin(ctx, id, before), ctx.world.clock.now()));
  return { kind: 'organization', id, scope: 'global', deleted: false, body: { name, alias, parent, notBefore, createTime }, ...envelope(ctx, stored?.record.createIndex) };
}

/** The latest not-before after which tokens of the account's clients have been dated. */
function latestWithin(ctx: IssuerContext, id: string, own: number): number {
  return ctx.oauth.tokens.shown.clientsOf(id).reduce((latest, { record }) => Math.max(latest, record.body.notBefore), own);
}

/** Refuses an alias that another organization has, in whatever case. The view must show the log's head, and the write expect that nothing follows it. */
export async function aliasMustBeFree(ctx: IssuerContext, { id, body }: LiveRecord<'organization'>, signal: AbortSignal): Promise<void> {
  const other = await readByKey(ctx, 'organization', 'name', body.alias.toLowerCase(), signal);
  if (other !== undefined && other.record.id !== id) throw new Refusal('already_exists', `alias ${JSON.stringify(body.alias)} is in use: choose another`);
}

/** Refuses a parent that does not exist, or that belongs to the organization itself. As `aliasMustBeFree` about the view. */
export async function parentMustFit(ctx: IssuerContext, { id, body }: LiveRecord<'organization'>, signal: AbortSignal): Promise<void> {
  const seen = new Set([id]);
  for (let above = body.parent; above !== ''; ) {
    if (seen.has(above)) throw new Refusal('invalid_argument', 'parent must not be the organization itself or one that belongs to it');
    seen.add(above);
    const organization = await readById(ctx, 'organization', above, signal);
    if (organization === undefined) throw new Refusal('invalid_argument', 'parent must be the id of an organization that exists');
    above = organization.record.body.parent;
  }
}

/** Refuses while other organizations belong to it. As `aliasMustBeFree` about the view. */
export async function mustBeChildless(ctx: IssuerContext, id: string, signal: AbortSignal): Promise<void> {
  for await (const page of pagesOf(ctx, 'organization', signal)) {
    if (page.some((other) => other.record.body.parent === id)) {
      throw new Refusal('conflict', 'other organizations belong to it: delete them, or give them another parent, first');
    }
  }
}
