import { type Credential, type LocalValidator, MintmarkClient, validator, type ValidatorOptions } from '@mintmark/client';
import { tcpProxy, type TcpProxy } from '../../harness/tcp-proxy.ts';
import type { AclApi } from '../support/acl.ts';
import { named } from '../support/acl.ts';
import type { Region } from '../support/cluster.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { person, succeeds } from '../people/people.ts';
import { appToken, bindHttp, createJob, mayIssue, newJob, policy } from '../workload/support.ts';

/** A validator of a region whose feed is followed. */
export async function validatorOf({ http, grpc }: Region, more: Partial<ValidatorOptions> = {}): Promise<LocalValidator> {
  const local = validator({ http, grpc, ...more });
  await local.ready();
  return local;
}

/** A validator whose way to its region can be broken. */
export async function behindProxy(stack: AsyncDisposableStack, { http, grpc }: Region, boundMs: number): Promise<{ readonly local: LocalValidator; readonly proxy: TcpProxy }> {
  const proxy = stack.use(await tcpProxy({ port: Number(grpc.split(':')[1]) }));
  const local = stack.use(validator({ http, grpc: `127.0.0.1:${proxy.port}`, boundMs, askWithinMs: 1_000 }));
  await local.ready();
  return { local, proxy };
}

export interface ClientToken {
  readonly id: string;
  readonly token: string;
}

/** A token of a new API client in an account of its own. */
export async function clientToken(fixture: Fixture): Promise<ClientToken> {
  const { alias } = await person(fixture).organization();
  const reply = await fixture.us.send('POST', '/controller/api/rbac/v1/api-clients', { body: { name: named('c'), account: alias, roles: ['Account Owner'] } });
  const created = json<{ id: string; name: string; clientSecret: string }>(succeeds(reply, 201));
  await using client = new MintmarkClient({ address: fixture.us.region.http });
  const { access_token } = await client.accessToken({ clientId: `${created.name}@${alias}`, clientSecret: created.clientSecret });
  fixture.secrets.add(created.clientSecret).add(access_token);
  return { id: created.id, token: access_token };
}

/** A token of a new job. */
export async function jobToken(fixture: Fixture): Promise<{ readonly token: string; readonly remove: () => Promise<void> }> {
  const { us } = fixture;
  const fqn = newJob();
  await policy(us, mayIssue(fqn));
  const { uuid } = await createJob(us, fqn);
  const { credential } = await bindHttp(fixture, us, fqn);
  const { access_token: token } = await appToken(fixture, us, credential);
  return {
    token,
    async remove() {
      succeeds(await us.send('DELETE', `/v1/jobs/${uuid}`), 200);
    },
  };
}

/** A session of a platform operator. */
export async function operatorSession(fixture: Fixture): Promise<{ readonly token: string; readonly end: () => Promise<void> }> {
  const who = await person(fixture).user({ platformOperator: true });
  const client = new MintmarkClient({ address: fixture.us.region.http });
  const { ApprendaSessionToken: token } = await client.sessions.begin(who);
  fixture.secrets.add(decodeURIComponent(token));
  return {
    token,
    async end() {
      await client.sessions.end(token);
      await client[Symbol.asyncDispose]();
    },
  };
}

export const aclOf = (value: string) => ({ dialect: 'acl', value }) as const;

export async function revoked(api: AclApi, accessor: string): Promise<void> {
  succeeds(await api.delete(accessor), 200);
}

/** Checks until the verdict is kept: an answer that crosses the news of its own record's creation is used once only. */
export function kept(local: LocalValidator, credential: Credential): Promise<unknown> {
  return until('the verdict is kept', async () => (await local.check(credential)).verdict === 'allow' && local.checkAtOnce(credential));
}
