import type { LiveEntry } from '@mintmark/domain';
import type { Read } from '@mintmark/view';
import type { Exchange } from '../exchange.ts';
import { enterRead } from '../read-gate.ts';
import { recordById } from '../reading.ts';
import { pathPart } from '../request/path.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { policyJson } from '../response/grant-json.ts';
import { permissionDenied } from '../response/refusals.ts';
import type { AclServices } from '../services.ts';
import { singleRead } from '../single-read.ts';
import { ANONYMOUS_POLICY, roleTopics, type Viewer, viewerOf } from '../viewer.ts';
import { aclApi, READ_QUERY } from '../api.ts';

export const READ_POLICY_API = aclApi('Read a policy', { query: READ_QUERY });

/** `GET /v1/acl/policy/:name`: one policy, for management and for whoever holds it (specs 1.10). */
export async function readPolicy(services: AclServices, exchange: Exchange): Promise<Answer> {
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const name = pathPart(exchange, 'name');
  const authorize = async (): Promise<Viewer> => {
    const viewer = await viewerOf(services, exchange);
    if (!(viewer.management || viewer.policies.has(name) || name === ANONYMOUS_POLICY)) throw permissionDenied();
    return viewer;
  };
  const topics = [{ kind: 'policy', id: name } as const, ...roleTopics(await authorize())];
  const { entry, meta } = await singleRead<'policy', Viewer>(services, exchange, {
    query: entered.query,
    topics,
    key: `policy ${name}`,
    authorize,
    look: () => heldPolicy(services, name, exchange),
  });
  if (entry === undefined) return { kind: 'missing', message: 'ACL policy not found', meta };
  return { kind: 'json', text: jsonText(policyJson(entry), exchange.pretty), meta };
}

/** The policy of that name. A document that applies to everyone is not of this surface. */
export async function heldPolicy(services: AclServices, name: string, exchange: Exchange): Promise<Read<LiveEntry<'policy'> | undefined>> {
  const read = await recordById(services, 'policy', name, exchange);
  return read.value?.record.body.applies === 'holders' ? read : { ...read, value: undefined };
}
