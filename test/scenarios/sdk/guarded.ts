import { protect as expressGuard } from '@mintmark/client/express';
import { protect as fastifyGuard } from '@mintmark/client/fastify';
import type { LocalValidator } from '@mintmark/client';
import { DIALECTS } from '@mintmark/domain';
import express from 'express';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { putPolicy } from '../decisions/support.ts';
import { makes } from '../people/access-tokens.ts';
import { person } from '../people/people.ts';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { operatorSession, validatorOf } from './support.ts';

interface Server {
  readonly url: string;
  close(): Promise<void>;
}

/** One route per dialect that tells who came, and one that asks for a permission. */
async function fastifyServer(validator: LocalValidator): Promise<Server> {
  const app = Fastify({ trustProxy: true });
  for (const dialect of DIALECTS) {
    app.route({
      method: ['GET', 'POST'],
      url: `/${dialect}`,
      preHandler: fastifyGuard({ validator, dialects: [dialect], audience: 'soc' }),
      handler: async ({ mintmark, body }) => ({ subject: mintmark?.principal.subject, body: body ?? null }),
    });
  }
  app.get('/jobs/:name', {
    preHandler: fastifyGuard({ validator, dialects: ['acl', 'workload'], verb: 'read', resource: ({ params }) => `job::/sdk::${(params as { name: string }).name}` }),
    handler: async () => ({ ok: true }),
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, close: () => app.close() };
}

async function expressServer(validator: LocalValidator): Promise<Server> {
  const app = express().set('trust proxy', true);
  app.use(express.json());
  for (const dialect of DIALECTS) {
    app.all(`/${dialect}`, expressGuard<express.Request>({ validator, dialects: [dialect], audience: 'soc' }), ({ mintmark, body }, response) => {
      response.json({ subject: mintmark?.principal.subject, body: body ?? null });
    });
  }
  const resource = ({ params }: express.Request): string => `job::/sdk::${params.name}`;
  app.get('/jobs/:name', expressGuard<express.Request>({ validator, dialects: ['acl', 'workload'], verb: 'read', resource }), (_, response) => {
    response.json({ ok: true });
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Servers behind the middleware: at `/<dialect>` each lets in that dialect. */
export const GUARDED = [
  ['Fastify', fastifyServer],
  ['Express', expressServer],
] as const;

export function guardedSuite(fixture: () => Fixture): void {
  describe.each(GUARDED)('guarded by %s', (_, start) => {
    async function serve(stack: AsyncDisposableStack): Promise<string> {
      const local = stack.use(await validatorOf(fixture().us.region));
      return stack.adopt(await start(local), (open) => open.close()).url;
    }

    test('a session may come in the body of a POST, which is then no data, and not in that of nothing else', async () => {
      await using stack = new AsyncDisposableStack();
      const url = await serve(stack);
      const session = await operatorSession(fixture());
      const post = (body: object, headers: Record<string, string> = {}) =>
        fetch(`${url}/session`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
      const let_in = await post({ apprendaSessionToken: session.token, name: 'x' });
      expect(let_in.status).toBe(200);
      expect(await let_in.json()).toMatchObject({ body: { name: 'x' } });
      expect((await post({ ApprendaSessionToken: session.token }, { apprendasessiontoken: 'another' })).status).toBe(401);
      expect((await fetch(`${url}/session?ApprendaSessionToken=${session.token}`)).status).toBe(401);
      await session.end();
    });

    test('refusals are in the words of the dialect', async () => {
      await using stack = new AsyncDisposableStack();
      const url = await serve(stack);
      const oauth = await fetch(`${url}/oauth`, { headers: { authorization: 'Bearer x' } });
      expect([oauth.status, await oauth.text()]).toEqual([401, 'Failed to authenticate: invalid access token.']);
      const workload = await fetch(`${url}/workload`);
      expect([workload.status, await workload.json()]).toMatchObject([401, { code: 401, token_invalid: true, missing_claims: [] }]);
      const acl = await fetch(`${url}/acl`);
      expect([acl.status, await acl.text()]).toEqual([403, 'Permission denied']);
      expect(await (await fetch(`${url}/personal`)).json()).toMatchObject({ httpStatusCode: 401 });
    });

    test('a personal token counts from its networks, by the address of the client', async () => {
      await using stack = new AsyncDisposableStack();
      const url = await serve(stack);
      const people = person(fixture());
      const { id } = await people.organization();
      const who = await people.user({ organizations: [{ organization: id, role: 'Standard' }] });
      const { token } = await makes(fixture(), fixture().us, who, { organizations: [id], role: 'Standard', networks: ['192.0.2.0/24', '2001:db8::/32'] });
      const from = async (client?: string): Promise<number> =>
        (await fetch(`${url}/personal`, { headers: { authorization: `Token ${token}`, ...(client === undefined ? {} : { 'x-forwarded-for': client }) } })).status;
      expect(await Promise.all(['192.0.2.7', '198.51.100.1', '2001:db8::7', '::ffff:192.0.2.7', undefined, 'nonsense'].map(from))).toEqual([200, 401, 200, 200, 401, 401]);
    });

    test('a permission is decided by the policies of the moment', async () => {
      await using stack = new AsyncDisposableStack();
      const url = await serve(stack);
      const { us } = fixture();
      const policy = named('p');
      await putPolicy(us, policy, 'on job::/sdk::a { { permit read } }');
      const { SecretID } = await us.mint({ Policies: [policy] });
      const read = (name: string) => fetch(`${url}/jobs/${name}`, { headers: { 'x-nomad-token': SecretID } });
      expect((await read('a')).status).toBe(200);
      const refused = await read('b');
      expect([refused.status, await refused.text()]).toEqual([403, 'Not allowed to read "job::/sdk::b" by policy: missing claim "permit read" on "job::/sdk::b"']);
    });
  });
}
