import type { LiveEntry } from '@mintmark/domain';
import type { Read } from '@mintmark/view';
import type { Topic } from '../../../core/types.ts';
import type { Exchange } from '../exchange.ts';
import { enterRead } from '../read-gate.ts';
import { recordById, within } from '../reading.ts';
import { pathPart } from '../request/path.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { roleJson } from '../response/grant-json.ts';
import { permissionDenied } from '../response/refusals.ts';
import type { AclServices } from '../services.ts';
import { singleRead } from '../single-read.ts';
import { type Viewer, viewerOf } from '../viewer.ts';
import { aclApi, READ_QUERY } from '../api.ts';

/** Which role is asked for. */
interface Asked {
  readonly topic: Topic;
  readonly key: string;
  look(): Promise<Read<LiveEntry<'role'> | undefined>>;
  isLinked(viewer: Viewer): Promise<boolean>;
}

export const READ_ROLE_API = aclApi('Read a role', { query: READ_QUERY });

/** `GET /v1/acl/role/:id`: one role, for management and for tokens that link to it (specs 1.11). */
export function readRole(services: AclServices, exchange: Exchange): Promise<Answer> {
  const id = pathPart(exchange, 'id');
  return answered(services, exchange, {
    topic: { kind: 'role', id },
    key: `role ${id}`,
    look: () => recordById(services, 'role', id, exchange),
    isLinked: async ({ roleIds }) => roleIds.includes(id),
  });
}

export const READ_ROLE_BY_NAME_API = aclApi('Read a role by its name', { query: READ_QUERY });

/** `GET /v1/acl/role/name/:name`: the same by name. */
export function readRoleByName(services: AclServices, exchange: Exchange): Promise<Answer> {
  const name = pathPart(exchange, 'name');
  const look = () => within(services, exchange.signal, (signal) => services.view.find('role', 'name', name, { signal }));
  return answered(services, exchange, {
    topic: { kind: 'role' },
    key: `role named ${name}`,
    look,
    isLinked: async ({ roleIds }) => roleIds.length > 0 && roleIds.includes((await look()).value?.record.id ?? ''),
  });
}

async function answered(services: AclServices, exchange: Exchange, { topic, key, look, isLinked }: Asked): Promise<Answer> {
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const authorize = async (): Promise<Viewer> => {
    const viewer = await viewerOf(services, exchange);
    if (!viewer.management && !(await isLinked(viewer))) throw permissionDenied();
    return viewer;
  };
  await authorize();
  const { entry, meta } = await singleRead<'role', Viewer>(services, exchange, { query: entered.query, topics: [topic], key, authorize, look });
  if (entry === undefined) return { kind: 'missing', message: 'ACL role not found', meta };
  return { kind: 'json', text: jsonText(roleJson(entry), exchange.pretty), meta };
}
