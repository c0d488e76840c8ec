import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AclApi, type Minted, named, succeeded } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { putDocument, putPolicy } from './support.ts';

/** What the delegate may administer, and what it may do itself. */
const DELEGATE = `
token::/ci { { permit create, read, update, delete } }
role::/ci { { permit create, read, update, delete } }
policy::/ci { { permit create, read, update, delete } }
job::/ci { { permit read, start } }
`;

/** A client token with administrative rights gives away no more than it holds (issue of every token service: who can mint can become anybody). */
export function escalationSuite(fixture: () => Fixture): void {
  describe('no escalation', () => {
    const made = {} as { own: string; stronger: string; strongerRole: string; delegate: AclApi; delegateToken: Minted; root: AclApi; strong: Minted };

    beforeAll(async () => {
      const { us } = fixture();
      made.root = us;
      made.own = named('delegate');
      made.stronger = named('stronger');
      succeeded(await putPolicy(us, made.own, DELEGATE), 'policy');
      succeeded(await putPolicy(us, made.stronger, 'job::/prod { { permit read, delete } }'), 'policy');
      const role = await us.send('POST', '/v1/acl/role', { body: { Name: named('strong'), Policies: [{ Name: made.stronger }] } });
      made.strongerRole = json<{ ID: string }>(succeeded(role, 'role')).ID;
      made.delegateToken = await us.mint({ Name: 'delegate', Policies: [made.own], Global: true, ExpirationTTL: '1h' });
      made.delegate = us.as(made.delegateToken.SecretID);
      made.strong = await us.mint({ Name: named('ci/strong'), Policies: [made.stronger], Global: true });
    });

    const create = (body: object): Promise<Reply> => made.delegate.create({ Name: named('ci/t'), Type: 'client', Policies: [made.own], Global: true, ExpirationTTL: '10m', ...body });

    test('it can mint, read, update and delete tokens that hold no more than it does', async () => {
      const { all } = fixture();
      const minted = json<Minted>(succeeded(await create({}), 'create'));
      const { AccessorID } = minted;
      expect(minted.Policies).toEqual([made.own]);
      for (const api of all) expect((await api.as(minted.SecretID).self()).status).toBe(200);
      expect((await made.delegate.read(AccessorID)).status).toBe(200);
      expect((await made.delegate.update(AccessorID, { AccessorID, Name: 'ci/renamed', Type: 'client', Policies: [made.own] })).status).toBe(200);
      expect((await made.delegate.delete(AccessorID)).status).toBe(200);
    });

    test('its list shows the tokens that it may read, and no others', async () => {
      const minted = json<Minted>(succeeded(await create({}), 'create'));
      const listed = json<{ AccessorID: string; Name: string }[]>(succeeded(await made.delegate.list(), 'list'));
      expect(listed.map(({ AccessorID }) => AccessorID)).toContain(minted.AccessorID);
      expect(listed.filter(({ Name }) => !Name.startsWith('ci/'))).toEqual([]);
    });

    const stored = async (): Promise<Minted> => json<Minted>(succeeded(await create({}), 'create'));
    const attempts: Readonly<Record<string, () => Promise<Reply>>> = {
      'create a management token': () => create({ Type: 'management', Policies: null }),
      'create a token with a policy that it does not hold': () => create({ Policies: [made.own, made.stronger] }),
      'create a token with a policy that does not exist yet': () => create({ Policies: [named('later')] }),
      'create a token with a role whose policies it does not hold': () => create({ Policies: null, Roles: [{ ID: made.strongerRole }] }),
      'create a token in another namespace': () => create({ Name: 'prod/t' }),
      'create a token without a namespace': () => create({ Name: 'ci' }),
      'create a token whose namespace only begins alike': () => create({ Name: 'cicd/t' }),
      'create a token that outlives it': () => create({ ExpirationTTL: '2h' }),
      'create a token that never expires': () => create({ ExpirationTTL: '' }),
      'upload a token with a policy that it does not hold': () =>
        create({ AccessorID: randomUUID(), SecretID: randomUUID(), Policies: [made.stronger] }),
      'add a policy that it does not hold to a token': async () => {
        const { AccessorID } = await stored();
        return made.delegate.update(AccessorID, { AccessorID, Name: 'ci/t', Type: 'client', Policies: [made.stronger] });
      },
      'make a token a management token': async () => {
        const { AccessorID } = await stored();
        return made.delegate.update(AccessorID, { AccessorID, Name: 'ci/t', Type: 'management' });
      },
      'move a token out of its namespace': async () => {
        const { AccessorID } = await stored();
        return made.delegate.update(AccessorID, { AccessorID, Name: 'prod/t', Type: 'client', Policies: [made.own] });
      },
      'update a stronger token of its namespace, and see its secret': () =>
        made.delegate.update(made.strong.AccessorID, { AccessorID: made.strong.AccessorID, Name: made.strong.Name, Type: 'client', Policies: [made.own] }),
      'read the secret of a stronger token of its namespace': () => made.delegate.read(made.strong.AccessorID),
      'read a token outside its namespace': async () => made.delegate.read((await made.root.mint({ Global: true })).AccessorID),
      'delete a token outside its namespace': async () => made.delegate.delete((await made.root.mint({ Global: true })).AccessorID),
      'write a policy outside its namespace': () => putPolicy(made.delegate, named('p'), 'job::/ci { { permit read } }'),
      'change its own policy': () => putPolicy(made.delegate, made.own, 'job::/ { { permit read } }'),
      'write a role outside its namespace': () => made.delegate.send('POST', '/v1/acl/role', { body: { Name: named('r'), Policies: [{ Name: made.own }] } }),
      'create a role with a policy that it does not hold': () =>
        made.delegate.send('POST', '/v1/acl/role', { body: { Name: named('ci-r'), Policies: [{ Name: made.stronger }] } }),
      'change a role that it does not administer': () =>
        made.delegate.send('POST', `/v1/acl/role/${made.strongerRole}`, { body: { ID: made.strongerRole, Name: named('ci-r'), Policies: [{ Name: made.own }] } }),
      'delete a role that it does not administer': () => made.delegate.send('DELETE', `/v1/acl/role/${made.strongerRole}`),
      'delete a policy that it does not administer': () => made.delegate.send('DELETE', `/v1/acl/policy/${made.stronger}`),
      'write a document for everybody': () => putDocument(made.delegate, named('doc'), 'job::/ci { { permit read } }'),
      'change a document for everybody': () => putDocument(made.delegate, 'adminUsers', 'job::/ci { { permit read } }'),
      'ask about other claims': () => made.delegate.send('POST', '/v1/authorize', { body: { verb: 'read', resource: 'job::/x::y', claims: [] } }),
    };

    test.each(Object.keys(attempts))('it cannot %s', async (what) => {
      const reply = await (attempts[what] as () => Promise<Reply>)();
      expect({ status: reply.status, text: reply.text.slice(0, 120) }).toMatchObject({ status: 403 });
    });

    test('whoever may write policies writes those that permit no more than it is permitted, and restores no stronger text', async () => {
      const { us, eu } = fixture();
      const [own, name, role] = [named('author'), named('p'), named('r')];
      succeeded(await putPolicy(us, own, 'policy::/ { { permit create, update } } role::/ { { permit create } } job::/ci { { permit read, start } }'), 'policy');
      const author = eu.as((await us.mint({ Policies: [own], Global: true })).SecretID);
      expect((await putPolicy(author, name, 'job::/ci/web { { permit read } } job::/ci::x { if (network fqnMatch "network::/n") { permit start } }')).status).toBe(200);
      for (const rules of [
        'job::/ { { permit read } }',
        'job::/ci { { permit read, delete } }',
        'job::/[any] { { permit read } }',
        'job::/ci { { permit Google->verb } }',
        'job::/ci { { role admin } }',
        'job::/ci { { permit all } }',
        'policy::/ { { permit delete } }',
        'token::/ { { permit create } }',
        'namespace "default" { policy = "read" }',
      ]) {
        expect({ rules, status: (await putPolicy(author, name, rules)).status }).toEqual({ rules, status: 403 });
      }
      succeeded(await putPolicy(us, name, 'job::/prod { { permit delete } }'), 'stronger');
      succeeded(await putPolicy(us, name, 'job::/ci { { permit read } }'), 'weaker');
      expect((await author.send('POST', `/v1/acl/policy/${name}/restore`, { body: { Version: 2 } })).status).toBe(403);
      expect((await author.send('POST', `/v1/acl/policy/${name}/restore`, { body: { Version: 1 } })).status).toBe(200);
      expect((await author.send('POST', '/v1/acl/role', { body: { Name: role, Policies: [{ Name: own }] } })).status).toBe(200);
      expect((await author.send('POST', '/v1/acl/role', { body: { Name: named('r'), Policies: [{ Name: name }] } })).status).toBe(403);
    });

    test('whoever may write clients and users gives them no role that it does not hold, and becomes nobody whom a document names', async () => {
      const { us } = fixture();
      const [own, alias, strong] = [named('people'), named('org'), named('strong')];
      succeeded(await putPolicy(us, own, 'client::/ { { permit create, update } } user::/ { { permit create, update } }'), 'policy');
      succeeded(await us.send('POST', '/v1/acl/role', { body: { Name: strong, Policies: [{ Name: made.stronger }] } }), 'role');
      const idOf = async (asked: Promise<Reply>): Promise<string> => {
        const reply = await asked;
        expect({ status: reply.status, text: reply.text }).toMatchObject({ status: 201 });
        return json<{ id: string }>(reply).id;
      };
      const organization = await idOf(us.send('POST', '/v1/organizations', { body: { name: alias, alias } }));
      const delegate = us.as((await us.mint({ Policies: [own], Global: true })).SecretID);
      const clients = '/controller/api/rbac/v1/api-clients';
      const client = (roles: readonly string[]) => ({ name: named('c'), account: alias, roles });
      const weak = await idOf(delegate.send('POST', clients, { body: client([]) }));
      const stronger = await idOf(us.send('POST', clients, { body: client([strong]) }));
      const user = (username: string, role: string) => ({ username, password: 'correct horse battery', organizations: [{ organization, role }] });
      const refused = [
        delegate.send('POST', clients, { body: client([strong]) }),
        delegate.send('PUT', `${clients}/${weak}`, { body: { roles: [strong] } }),
        delegate.send('PUT', `${clients}/${stronger}`, { body: { roles: [] } }),
        delegate.send('POST', `${clients}/${stronger}/secret`),
        delegate.send('POST', `${clients}/${stronger}/temporary-token`, { body: {} }),
        delegate.send('POST', '/v1/users', { body: user(named('u'), strong) }),
        delegate.send('POST', '/v1/users', { body: user('admin', 'Standard') }),
        delegate.send('POST', '/v1/users', { body: { ...user(named('u'), 'Standard'), platformOperator: true } }),
        delegate.send('POST', '/v1/users', { body: user(named('u'), 'Account Owner') }),
      ];
      expect((await Promise.all(refused)).map(({ status }) => status)).toEqual(refused.map(() => 403));
      await idOf(delegate.send('POST', '/v1/users', { body: user(named('u'), 'Standard') }));
    });

    test('nothing of that has changed anything', async () => {
      const policy = json<{ Rules: string }>(succeeded(await made.root.send('GET', `/v1/acl/policy/${made.own}`), 'read'));
      expect(policy.Rules).toBe(DELEGATE);
      expect((await made.root.look(made.strong.AccessorID)).Policies).toEqual([made.stronger]);
      const names = json<{ Name: string; Type: string }[]>(succeeded(await made.root.list(), 'list'));
      expect(names.filter(({ Name, Type }) => Type === 'management' && Name.startsWith('ci/'))).toEqual([]);
    });
  });
}
