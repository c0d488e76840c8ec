import { credentials } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { describe, expect, test } from 'vitest';
import { named, succeeded } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { authorize, called, putPolicy } from './support.ts';

/** `/v1/authorize`, its gRPC twin, and `/v1/policy-test`. */
export function authorizeSuite(fixture: () => Fixture): void {
  describe('authorize', () => {
    const granted = async (rules: string) => {
      const { us } = fixture();
      const name = named('p');
      succeeded(await putPolicy(us, name, rules), 'policy');
      return { name, token: await us.mint({ Policies: [name], Global: true }) };
    };

    test('allow names the document, the line and the claim; deny the missing claim; both the principal and a freshness', async () => {
      const { eu } = fixture();
      const { name, token } = await granted('// two lines\njob::/a { { permit read } }');
      const credential = { dialect: 'acl', value: token.SecretID };
      const principal = { subject: `token:${token.AccessorID}` };
      expect(await authorize(eu, 'read', 'job::/a/b::c', { credential })).toMatchObject({
        verdict: 'allow',
        explanation: { document: name, line: 2, claim: 'permit read' },
        principal,
        freshness: expect.stringContaining('eu-west:'),
      });
      expect(await authorize(eu, 'stop', 'job::/a::c', { credential })).toMatchObject({
        verdict: 'deny',
        reason: 'missing_claim',
        message: 'Not allowed to stop "job::/a::c" by policy: missing claim "permit stop" on "job::/a::c"',
        missing: ['permit stop on job::/a::c'],
        principal,
      });
    });

    test('a management token may do everything, an unknown one nothing, and nobody is only as free as the policy anonymous', async () => {
      const { us } = fixture();
      expect(await authorize(us, 'read', 'job::/a::c')).toMatchObject({ verdict: 'allow', principal: { type: 'management' } });
      expect(await authorize(us.as(crypto.randomUUID()), 'read', 'job::/a::c')).toMatchObject({ verdict: 'deny', reason: 'unknown' });
      expect(await authorize(us.as('nonsense'), 'read', 'job::/a::c')).toMatchObject({ verdict: 'deny', reason: 'malformed' });
      expect((await authorize(us.as(undefined), 'read', 'job::/open::c')).verdict).toBe('deny');
      succeeded(await putPolicy(us, 'anonymous', 'job::/open { { permit read } }'), 'policy');
      expect((await authorize(us.as(undefined), 'read', 'job::/open::c')).verdict).toBe('allow');
      succeeded(await us.send('DELETE', '/v1/acl/policy/anonymous'), 'delete');
      expect((await authorize(us.as(undefined), 'read', 'job::/open::c')).verdict).toBe('deny');
    });

    test('a role grants what its policies say as they are now', async () => {
      const { us } = fixture();
      const { name } = await granted('job::/r { { permit read } }');
      const role = json<{ ID: string }>(succeeded(await us.send('POST', '/v1/acl/role', { body: { Name: named('role'), Policies: [{ Name: name }] } }), 'role'));
      const token = await us.mint({ Policies: null, Roles: [{ ID: role.ID, Name: '' }], Global: true });
      const may = async (verb: string): Promise<string> => (await authorize(us.as(token.SecretID), verb, 'job::/r::a')).verdict;
      expect([await may('read'), await may('start')]).toEqual(['allow', 'deny']);
      succeeded(await putPolicy(us, name, 'job::/r { { permit start } }'), 'policy');
      expect([await may('read'), await may('start')]).toEqual(['deny', 'allow']);
      succeeded(await us.send('DELETE', `/v1/acl/role/${role.ID}`), 'delete');
      expect([await may('read'), await may('start')]).toEqual(['deny', 'deny']);
    });

    test('handshakes are judged by the context', async () => {
      const { us } = fixture();
      const { token } = await granted('service::/s { if (job fqnMatch "job::/s") { permit bind } }');
      const may = async (job: string): Promise<string> => (await authorize(us.as(token.SecretID), 'bind', 'service::/s::x', { context: { job } })).verdict;
      expect([await may('job::/s::a'), await may('job::/t::a')]).toEqual(['allow', 'deny']);
    });

    test('gRPC says the same, one by one and in a batch', async () => {
      const { us } = fixture();
      const { name, token } = await granted('job::/g { { permit read } }');
      using stack = new DisposableStack();
      const client = stack.adopt(new validator.ValidatorClient(us.region.grpc, credentials.createInsecure()), (open) => open.close());
      const request = (verb: string) => ({ credential: { dialect: 'acl', value: token.SecretID }, verb, resource: 'job::/g::a', context: {}, freshness: '', strict: false });
      const one = await new Promise<validator.AuthorizeResponse>((resolve, reject) => {
        client.authorize(request('read'), (error, answer) => (error === null ? resolve(answer) : reject(error)));
      });
      expect(one).toMatchObject({ verdict: validator.Verdict.VERDICT_ALLOW, explanation: { document: name, line: 1, claim: 'permit read' } });
      const { responses } = await new Promise<validator.BatchAuthorizeResponse>((resolve, reject) => {
        client.batchAuthorize({ requests: [request('stop'), request('read')] }, (error, answer) => (error === null ? resolve(answer) : reject(error)));
      });
      expect(responses).toMatchObject([
        { verdict: validator.Verdict.VERDICT_DENY, reason: 'missing_claim', missing: ['permit stop on job::/g::a'] },
        { verdict: validator.Verdict.VERDICT_ALLOW },
      ]);
    });

    test.each([
      [{ verb: 'read' }, 'resource'],
      [{ resource: 'job::/a::b' }, 'verb'],
      [{ verb: '', resource: 'job::/a::b' }, 'verb'],
      [{ verb: 'read', resource: 'nonsense' }, 'resource'],
      [{ verb: 'read', resource: 'job::a' }, 'resource'],
      [{ verb: 'read', resource: 'job::/a::b', context: [] }, 'context'],
      [{ verb: 'read', resource: 'job::/a::b', context: { job: 1 } }, 'context.job'],
      [{ verb: 'read', resource: 'job::/a::b', claims: 'x' }, 'claims'],
      [{ verb: 'read', resource: 'job::/a::b', claims: [{ issuer: 'a' }] }, 'claims[0]'],
      [{ verb: 'read', resource: 'job::/a::b', credential: { dialect: 'none', value: 'x' } }, 'credential.dialect'],
    ])('P14 %j is refused and names %s', async (body, field) => {
      const reply = await fixture().us.send('POST', '/v1/authorize', { body });
      expect(reply.status).toBe(400);
      expect(json(reply)).toMatchObject({ code: 'invalid_argument', detail: expect.stringContaining(field) });
    });
  });

  describe('policy-test', () => {
    const asked = (body: object) => fixture().us.send('POST', '/v1/policy-test', { body });

    test('decides by a text that is not saved, on what comes with the system', async () => {
      const text = 'job::/ {\n  if (auth_server@apcera.me->name == "ann") { role admin }\n}';
      const ask = async (name: string, verb = 'delete') => json(succeeded(await asked({ text, claims: [called(name)], verb, resource: 'job::/x::y' }), 'test'));
      expect(await ask('ann')).toMatchObject({ verdict: 'allow', explanation: { claim: expect.stringContaining('permit') } });
      expect(await ask('tom')).toMatchObject({ verdict: 'deny', missing: ['permit delete on job::/x::y'] });
      expect(await ask('ann', 'issue')).toMatchObject({ verdict: 'deny' });
    });

    test('is not told who the administrators are, unless the saved documents are asked for', async () => {
      const body = { text: '', claims: [called('admin')], verb: 'delete', resource: 'job::/x::y' };
      expect(json(succeeded(await asked(body), 'test'))).toMatchObject({ verdict: 'deny' });
      expect(json(succeeded(await asked({ ...body, saved: true }), 'test'))).toMatchObject({ verdict: 'allow' });
    });

    test('refuses a text that is no document with its line, and whoever presents no token', async () => {
      const reply = await asked({ text: 'job::/a {\n permit read }', claims: [], verb: 'read', resource: 'job::/a::b' });
      expect(reply.status).toBe(400);
      expect(json<{ detail: string }>(reply).detail).toContain('line 2');
      expect((await fixture().us.as(undefined).send('POST', '/v1/policy-test', { body: { text: '', verb: 'read', resource: 'job::/a::b' } })).status).toBe(401);
    });
  });
}
