import type { LiveEntry } from '@mintmark/domain';
import type { Topic } from '../../../core/types.ts';
import type { Exchange } from '../exchange.ts';
import { listAnswer } from '../list-answer.ts';
import { type Listed, listOf, listRecords } from '../listing.ts';
import { enterRead } from '../read-gate.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { policyStub } from '../response/grant-json.ts';
import { permissionDenied } from '../response/refusals.ts';
import type { AclServices } from '../services.ts';
import { floored, ownList, roleTopics, type Viewer, viewerOf } from '../viewer.ts';
import { aclApi, LIST_QUERY } from '../api.ts';

export const LIST_POLICIES_API = aclApi('Policies, or those that the caller holds', { query: LIST_QUERY, gives: 'object[]' });

/** `GET /v1/acl/policies`: all policies for management, else those that the caller holds (specs 1.10). */
export function listPolicies(services: AclServices, exchange: Exchange): Promise<Answer> {
  return answered(services, exchange, () => viewerOf(services, exchange));
}

export const LIST_OWN_POLICIES_API = aclApi('Policies that the caller holds', { query: LIST_QUERY, gives: 'any' });

/** `GET /v1/acl/policy/self`: the same for whoever presents a credential; none at all is `null`. */
export async function listOwnPolicies(services: AclServices, exchange: Exchange): Promise<Answer> {
  const answer = await answered(services, exchange, async () => {
    const viewer = await viewerOf(services, exchange);
    if (viewer.token === undefined) throw permissionDenied();
    return viewer;
  });
  return answer.kind === 'json' && answer.text.toString().trim() === '[]' ? { ...answer, text: jsonText(null, exchange.pretty) } : answer;
}

async function answered(services: AclServices, exchange: Exchange, authorize: () => Promise<Viewer>): Promise<Answer> {
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const { prefix } = entered.query;
  return listAnswer(services, exchange, {
    query: entered.query,
    topics: topicsOf(await authorize(), prefix),
    authorize,
    list: async (viewer) => floored(await listFor(services, exchange, viewer, prefix)),
    shared: ({ management }) => (management ? JSON.stringify(['policies', prefix, exchange.pretty]) : undefined),
  });
}

/** Management waits for every policy of the prefix; others for those they hold, and for what they hold to change. */
function topicsOf(viewer: Viewer, prefix: string): readonly Topic[] {
  if (viewer.management) return [{ kind: 'policy', ...(prefix === '' ? {} : { prefix }) }];
  return [...[...viewer.policies].map((id) => ({ kind: 'policy', id }) as const), ...roleTopics(viewer)];
}

async function listFor(services: AclServices, exchange: Exchange, viewer: Viewer, prefix: string): Promise<Listed> {
  const about = { kind: 'policy', show: policyStub, matches: isHeld, pretty: exchange.pretty } as const;
  if (viewer.management) return listRecords(services, { ...about, order: 'id', prefix, reverse: false, perPage: 0, cursor: '' }, exchange.signal);
  const names = [...viewer.policies].filter((name) => name.startsWith(prefix));
  return ownList(viewer, await listOf(services, about, names, exchange.signal));
}

/** Documents that apply to everyone are not of this surface. */
function isHeld({ record }: LiveEntry<'policy'>): boolean {
  return record.body.applies === 'holders';
}
