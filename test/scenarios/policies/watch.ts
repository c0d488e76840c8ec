import { type ClientReadableStream, credentials, Metadata } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { describe, expect, test } from 'vitest';
import { indexOf, named } from '../support/acl.ts';
import { expectEmpty, expectJson } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { Grants, linksTo, type RoleJson } from './grants.ts';

/** gRPC Watch of policies and roles (P4). */
export function watchSuite(fixture: () => Fixture): void {
  test.each(['us', 'eu'] as const)('gRPC Watch in %s tells every change of policies and of roles in order, and nothing of another kind', async (where) => {
    const api = fixture()[where];
    const grants = new Grants(api);
    const after = { policy: indexOf(await grants.policies()), role: indexOf(await grants.roles()) };
    const name = named('p');
    expectEmpty(await grants.put(name));
    expectEmpty(await grants.put(name, { Description: 'new' }));
    const role = expectJson<RoleJson>(await grants.putRole({ Name: named('r'), Policies: linksTo(name) }));
    expectJson(await grants.updateRole(role.ID, { Name: role.Name, Description: 'new', Policies: linksTo(name) }));
    expectEmpty(await grants.dropRole(role.ID));
    expectEmpty(await grants.drop(name));
    const end = { policy: indexOf(await grants.policies()), role: indexOf(await grants.roles()) };
    for (const [kind, id] of [['policy', name], ['role', role.ID]] as const) {
      const events = await watched(api.region.grpc, api.secret ?? '', { kind, after: after[kind] }, end[kind]);
      const told = events.filter((event) => event.id !== '');
      expect(told.map((event) => [event.id, event.deleted])).toEqual([[id, false], [id, false], [id, true]]);
      const indexes = told.map(({ index }) => index);
      expect(indexes).toEqual([...new Set(indexes)].sort((a, b) => a - b));
    }
  });

  describe('gRPC Watch', () => {
    test('of policies needs management, and past texts are not watched', async () => {
      const { us } = fixture();
      const client = await us.mint();
      await expect(watched(us.region.grpc, client.SecretID, { kind: 'policy', after: 0 }, 1)).rejects.toThrow('Permission denied');
      await expect(watched(us.region.grpc, us.secret ?? '', { kind: 'policy_version', after: 0 }, 1)).rejects.toThrow('kind must be one of');
    });
  });
}

/** What a watch tells until it has come to `through`. */
export async function watched(address: string, secret: string, request: validator.WatchRequest, through: number): Promise<validator.WatchEvent[]> {
  const client = new validator.ValidatorClient(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('mintmark-credential', secret);
  const stream: ClientReadableStream<validator.WatchEvent> = client.watch(request, metadata, { deadline: Date.now() + 15_000 });
  const events: validator.WatchEvent[] = [];
  let failure: Error | undefined;
  stream.on('data', (event: validator.WatchEvent) => events.push(event));
  stream.on('error', (error: Error) => {
    failure = error;
  });
  try {
    await until(`the watch came to ${through}`, async () => failure !== undefined || (events.at(-1)?.index ?? 0) >= through);
    if (failure !== undefined) throw failure;
    return events;
  } finally {
    stream.cancel();
    client.close();
  }
}
