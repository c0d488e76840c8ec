import { describe, expect, test } from 'vitest';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { type Ask, json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { type OrganizationJson, type Person, person, succeeds } from './people.ts';
import { login, verdictOf } from './sessions.ts';

export const TOKENS = '/api/v3/accessToken';

export interface AccessTokenJson {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly revokedReason: string | null;
  readonly revokedAt: string | null;
  readonly organizations: string[];
  readonly token: string;
}

/** Asks the management paths as a person, by Basic. */
export function asks(api: AclApi, who: Person, method: string, path = '', body?: object): Promise<Reply> {
  return api.call(method, `${TOKENS}${path}`, { headers: { authorization: basic(who) }, ...(body === undefined ? {} : { body }) });
}

/** Makes a token and insists on success. */
export async function makes(fixture: Fixture, api: AclApi, who: Person, more: object): Promise<AccessTokenJson> {
  const made = json<AccessTokenJson>(succeeds(await asks(api, who, 'POST', '', { name: 'script', expiry: 'Never', ...more }), 201));
  fixture.secrets.add(made.token);
  return made;
}

function basic({ username, password }: Pick<Person, 'username' | 'password'>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

export interface Scene {
  readonly O1: OrganizationJson;
  readonly O2: OrganizationJson;
  readonly admin1: Person;
  readonly admin2: Person;
  readonly adv: Person;
  readonly std: Person;
  readonly view: Person;
  readonly cust: Person;
}

/** The setup of the AppNeta checklist. */
export async function sceneOf(fixture: Fixture): Promise<Scene> {
  const people = person(fixture);
  const [O1, O2, custom] = [await people.organization(), await people.organization(), await people.customRole()];
  const user = (...organizations: [OrganizationJson, string][]): Promise<Person> =>
    people.user({ organizations: organizations.map(([{ id }, role]) => ({ organization: id, role })) });
  const [admin1, admin2] = [await user([O1, 'Organization Admin']), await user([O2, 'Organization Admin'])];
  const [adv, std] = [await user([O1, 'Advanced'], [O2, 'Advanced']), await user([O1, 'Standard'])];
  const [view, cust] = [await user([O1, 'View Only']), await user([O1, custom])];
  return { O1, O2, admin1, admin2, adv, std, view, cust };
}

/** Resources of AppNeta's API come with the example API: here a credential is judged by `POST /v1/validate`, which such an API asks. */
export function accessTokenSuite(fixture: () => Fixture): void {
  let made: Promise<Scene> | undefined;
  const scene = (): Promise<Scene> => {
    made ??= sceneOf(fixture());
    return made;
  };
  const api = (): AclApi => fixture().us;
  const judge = (token: string, at = api()) => verdictOf(at, 'personal', token);
  const revoke = (who: Person, { id }: AccessTokenJson): Promise<Reply> => asks(api(), who, 'POST', `/${id}/revoke`);
  const statusOf = async (who: Person, { id }: AccessTokenJson): Promise<AccessTokenJson> => json(await asks(api(), who, 'GET', `/${id}`));

  describe("personal tokens of AppNeta's manual", () => {
    test('AN-01 AN-02 AN-03 AN-14 AN-21 AN-22 AN-31 a token stands for its creator without saying who that is, and is shown once', async () => {
      const { std, O1 } = await scene();
      const reply = await asks(api(), std, 'POST', '', { name: 'shown once', expiry: 'Never', organizations: [O1.id], role: 'Standard' });
      const { token, id, name } = json<AccessTokenJson>(succeeds(reply, 201));
      expect(name).toBe('shown once');
      expect([reply.headers['content-type'], reply.headers['cache-control']]).toEqual([expect.stringContaining('application/json'), 'no-store']);
      fixture().secrets.add(token);
      expect(token).toMatch(/^mmpersonal_us-east_\d+_[0-9A-Za-z]{49}$/);
      expect(await judge(token)).toMatchObject({ verdict: 'allow', principal: { subject: `user:${std.id}`, dialect: 'personal', organizations: [O1.id], roles: ['Standard'] } });
      const texts = [token, ...token.split('_').map((part) => Buffer.from(part, 'base64').toString('latin1'))];
      for (const text of texts) for (const said of [std.id, std.username, std.username.split('@')[0] ?? '']) expect(text).not.toContain(said);
      for (const path of ['', `/${id}`]) {
        const shown = succeeds(await asks(api(), std, 'GET', path), 200);
        expect([json<AccessTokenJson | AccessTokenJson[]>(shown)].flat()).toContainEqual(expect.objectContaining({ id, name }));
        expect(shown.text).not.toContain(token);
      }
    });

    test('AN-04 AN-05 tokens of different scope and role need no more users, and none reaches beyond its creator', async () => {
      const { std, adv, O1, O2 } = await scene();
      const users = async (): Promise<number> => json<unknown[]>(await api().send('GET', '/v1/users')).length;
      const before = await users();
      await makes(fixture(), api(), std, { organizations: [O1.id], role: 'Standard' });
      await makes(fixture(), api(), std, { dynamicAccess: true, role: 'View Only' });
      expect(await users()).toBe(before);
      expect((await asks(api(), std, 'POST', '', { name: 'x', expiry: 'Never', organizations: [O2.id], role: 'Standard' })).status).toBe(403);
      await makes(fixture(), api(), adv, { organizations: [O1.id, O2.id], role: 'Advanced' });
    });

    test('AN-06 a user who signs in elsewhere needs no password here for tokens of its own', async () => {
      const people = person(fixture());
      const { O1 } = await scene();
      const who = await people.user({ organizations: [{ organization: O1.id, role: 'Standard' }] });
      const { ApprendaSessionToken: session } = await login(fixture(), api(), who, 'account');
      const reply = await api().call('POST', TOKENS, { headers: { ApprendaSessionToken: session }, body: { name: 'x', expiry: 'Never', dynamicAccess: true, role: 'Standard' } });
      const { token } = json<AccessTokenJson>(succeeds(reply, 201));
      await people.change(who, { password: null, organizations: [{ organization: O1.id, role: 'Standard' }] });
      fixture().secrets.add(token);
      expect(await judge(token)).toMatchObject({ verdict: 'allow' });
      expect((await asks(api(), who, 'GET')).status).toBe(401);
    });

    test('AN-07 AN-25 AN-26 AN-29 a token that its creator revokes is over at once, stays listed as REVOKED, and nobody else may', async () => {
      const { std, adv, O1 } = await scene();
      const token = await makes(fixture(), api(), std, { organizations: [O1.id], role: 'Standard' });
      const foreign = await makes(fixture(), api(), adv, { organizations: [O1.id], role: 'Standard' });
      expect(await judge(token.token)).toMatchObject({ verdict: 'allow' });
      const first = await revoke(std, token);
      expect([first.status, json(first)]).toMatchObject([200, { status: 'REVOKED', revokedReason: 'by hand' }]);
      expect(await judge(token.token)).toMatchObject({ verdict: 'deny', reason: 'unknown' });
      const again = await revoke(std, token);
      expect([again.status, json<AccessTokenJson>(again).revokedAt]).toEqual([200, json<AccessTokenJson>(first).revokedAt]);
      expect(json<AccessTokenJson[]>(await asks(api(), std, 'GET')).find(({ id }) => id === token.id)).toMatchObject({ status: 'REVOKED' });
      expect((await revoke(std, foreign)).status).toBe(404);
      expect(await judge(foreign.token)).toMatchObject({ verdict: 'allow' });
    });

    test('AN-08 AN-09 everybody but users with a custom role makes tokens, of no stronger role than their own', async () => {
      const { std, view, cust, O1 } = await scene();
      const tries = async (who: Person, role: string): Promise<number> =>
        (await asks(api(), who, 'POST', '', { name: 'x', expiry: 'Never', organizations: [O1.id], role })).status;
      expect(await tries(view, 'View Only')).toBe(201);
      expect(await tries(view, 'Standard')).toBe(403);
      expect(await tries(std, 'Advanced')).toBe(403);
      expect(await tries(std, 'Standard')).toBe(201);
      for (const more of [{ organizations: [O1.id] }, { dynamicAccess: true }]) {
        expect((await asks(api(), cust, 'POST', '', { name: 'x', expiry: 'Never', role: 'View Only', ...more })).status).toBe(403);
      }
      const people = person(fixture());
      const who = await people.user({ organizations: [{ organization: O1.id, role: 'Advanced' }] });
      const { token } = await makes(fixture(), api(), who, { organizations: [O1.id], role: 'Advanced' });
      await people.change(who, { organizations: [{ organization: O1.id, role: 'View Only' }] });
      expect(await judge(token)).toMatchObject({ principal: { roles: ['View Only'] } });
    });

    test('AN-10 a token cannot be changed', async () => {
      const { std, O1 } = await scene();
      const token = await makes(fixture(), api(), std, { organizations: [O1.id], role: 'Standard' });
      const before = await statusOf(std, token);
      for (const method of ['PUT', 'PATCH', 'POST', 'DELETE']) expect((await asks(api(), std, method, `/${token.id}`, { name: 'other' })).status).toBe(405);
      expect(await statusOf(std, token)).toEqual(before);
    });

    test('AN-11 AN-28 tokens of a creator who is deleted or disabled are over at once, and stay so', async () => {
      const { O1, admin1 } = await scene();
      const people = person(fixture());
      const organizations = [{ organization: O1.id, role: 'Standard' }];
      for (const how of ['deleted', 'disabled'] as const) {
        const who = await people.user({ organizations });
        const fixed = await makes(fixture(), api(), who, { organizations: [O1.id], role: 'Standard' });
        const dynamic = await makes(fixture(), api(), who, { dynamicAccess: true, role: 'Standard' });
        if (how === 'deleted') await people.remove(who);
        else await people.change(who, { organizations, disabled: true });
        for (const token of [fixed, dynamic]) {
          expect(await judge(token.token)).toMatchObject({ verdict: 'deny' });
          expect(await statusOf(admin1, token)).toMatchObject({ status: 'REVOKED', revokedReason: `creator ${how}` });
        }
        if (how === 'disabled') await people.change(who, { organizations });
        for (const token of [fixed, dynamic]) expect(await judge(token.token)).toMatchObject({ verdict: 'deny' });
      }
    });

    test('AN-12 AN-13 tokens do not act as a person: managing tokens takes a session or a password', async () => {
      const { admin1, O1 } = await scene();
      const { token, id } = await makes(fixture(), api(), admin1, { organizations: [O1.id], role: 'Organization Admin' });
      const asToken: Ask = { headers: { authorization: `Token ${token}` } };
      for (const [method, path] of [['GET', ''], ['POST', ''], ['GET', `/${id}`], ['POST', `/${id}/revoke`]] as const) {
        expect((await api().call(method, `${TOKENS}${path}`, method === 'POST' ? { ...asToken, body: {} } : asToken)).status).toBe(403);
      }
      expect((await asks(api(), admin1, 'GET')).status).toBe(200);
    });

    test.each([
      ['AN-14 no name', { name: undefined }, 'name'],
      ['AN-14 an empty name', { name: '' }, 'name'],
      ['AN-15 no expiry', { expiry: undefined }, 'expiry'],
      ['AN-15 a past date', { expiry: '2020-01-01' }, 'expiry'],
      ['AN-15 no date at all', { expiry: 'tomorrow' }, 'expiry'],
      ['AN-20 an unknown role', { role: 'Emperor' }, 'role'],
      ['AN-18 no organization', { organizations: [] }, 'organizations'],
      ['a network that is none', { networks: ['10.0.0.0/99'] }, 'networks[0]'],
      ['an idle expiry below what can be judged', { idleExpirySeconds: 5 }, 'idleExpirySeconds'],
    ])('%s is refused with the field and its form', async (_, wrong, field) => {
      const { std, O1 } = await scene();
      const reply = await asks(api(), std, 'POST', '', { name: 'x', expiry: 'Never', organizations: [O1.id], role: 'Standard', ...wrong });
      expect([reply.status, json(reply)]).toMatchObject([400, { httpStatusCode: 400, messages: [expect.stringContaining(field)] }]);
    });

    test('AN-15 AN-16 AN-28 a token lasts to the end of its day, and is REVOKED by itself', async () => {
      const { std, O1 } = await scene();
      const dated = await makes(fixture(), api(), std, { expiry: '2999-12-31', organizations: [O1.id], role: 'Standard' });
      expect(await statusOf(std, dated)).toMatchObject({ expiry: expect.stringMatching(/^2999-12-31T23:59:59/), status: 'ACTIVE' });
      const expiry = new Date(Date.now() + 2_000).toISOString();
      const short = await makes(fixture(), api(), std, { expiry, organizations: [O1.id], role: 'Standard' });
      expect(await judge(short.token)).toMatchObject({ verdict: 'allow' });
      await until('the token has expired', async () => (await judge(short.token)).verdict === 'deny');
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiry));
      expect(await judge(short.token)).toMatchObject({ reason: 'expired' });
      expect(await statusOf(std, short)).toMatchObject({ status: 'REVOKED', revokedReason: 'expired' });
    });

    test('AN-17 AN-18 AN-19 dynamic access follows its creator from organization to organization, chosen ones do not grow', async () => {
      const people = person(fixture());
      const [A, B, C] = [await people.organization(), await people.organization(), await people.organization()];
      const of = (...all: OrganizationJson[]) => ({ organizations: all.map(({ id }) => ({ organization: id, role: 'Standard' })) });
      const who = await people.user(of(A, B));
      const dynamic = await makes(fixture(), api(), who, { dynamicAccess: true, role: 'Standard' });
      const fixed = await makes(fixture(), api(), who, { organizations: [A.id], role: 'Standard' });
      const reaches = async (token: AccessTokenJson): Promise<string[]> => (await judge(token.token)).principal?.organizations ?? [];
      expect([await reaches(dynamic), await reaches(fixed)]).toEqual([[A.id, B.id], [A.id]]);
      await people.change(who, of(A, C));
      expect([await reaches(dynamic), await reaches(fixed)]).toEqual([[A.id, C.id], [A.id]]);
      await people.change(who, of(C));
      expect([await reaches(dynamic), await reaches(fixed)]).toEqual([[C.id], []]);
    });

    test('AN-20 the role of a token is the most that it is', async () => {
      const { adv, O1 } = await scene();
      const { token } = await makes(fixture(), api(), adv, { organizations: [O1.id], role: 'View Only' });
      expect(await judge(token)).toMatchObject({ principal: { roles: ['View Only'] } });
    });

    test('AN-23 AN-24 AN-27 a user sees its own tokens; an Organization Admin also those of organizations it controls, and revokes them', async () => {
      const { std, adv, admin1, admin2, O1, O2 } = await scene();
      const ofStd = await makes(fixture(), api(), std, { organizations: [O1.id], role: 'Standard' });
      const ofO2 = await makes(fixture(), api(), adv, { organizations: [O2.id], role: 'Standard' });
      const both = await makes(fixture(), api(), adv, { dynamicAccess: true, role: 'Standard' });
      const sees = async (who: Person): Promise<boolean[]> => {
        const ids = json<AccessTokenJson[]>(await asks(api(), who, 'GET')).map(({ id }) => id);
        return [ofStd, ofO2, both].map(({ id }) => ids.includes(id));
      };
      expect(await Promise.all([std, adv, admin1, admin2].map(sees))).toEqual([[true, false, false], [false, true, true], [true, false, true], [false, true, true]]);
      expect((await asks(api(), admin1, 'GET', `/${ofO2.id}`)).status).toBe(404);
      expect((await revoke(admin1, ofO2)).status).toBe(404);
      expect((await revoke(admin1, ofStd)).status).toBe(200);
      expect((await revoke(admin2, both)).status).toBe(200);
      expect([await judge(ofStd.token), await judge(both.token), await judge(ofO2.token)]).toMatchObject([{ verdict: 'deny' }, { verdict: 'deny' }, { verdict: 'allow' }]);
    });

    test('AN-30 what looks like a token and is none is refused without being looked for', async () => {
      const { std, O1 } = await scene();
      const { token } = await makes(fixture(), api(), std, { organizations: [O1.id], role: 'Standard' });
      for (const [header, verdict] of [[`Token ${token}`, 'allow'], [`token ${token}`, 'allow'], [`Bearer ${token}`, 'deny'], [token, 'deny']] as const) {
        expect(json(await api().call('POST', '/v1/validate', { headers: { authorization: header }, body: {} }))).toMatchObject({ verdict });
      }
      for (const wrong of [`${token}x`, token.slice(0, -1), `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`, token.replace('personal', 'session')]) {
        expect(await judge(wrong)).toMatchObject({ verdict: 'deny', reason: 'malformed' });
      }
      expect((await api().call('GET', TOKENS, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
      expect((await api().call('GET', TOKENS, { query: { token } })).status).toBe(401);
    });

    test('AN-32 a token works in every region at its first use, and is over in all of them within a second', async () => {
      const { std, O1 } = await scene();
      const { us, eu, ap } = fixture();
      const people = person(fixture(), 'eu');
      for (const how of ['revoked', 'creator deleted'] as const) {
        const who = how === 'revoked' ? std : await people.user({ organizations: [{ organization: O1.id, role: 'Standard' }] });
        const token = await makes(fixture(), eu, who, { organizations: [O1.id], role: 'Standard' });
        for (const at of [ap, us, eu]) expect(await judge(token.token, at)).toMatchObject({ verdict: 'allow' });
        if (how === 'revoked') succeeds(await asks(eu, who, 'POST', `/${token.id}/revoke`), 200);
        else await people.remove(who);
        expect(await judge(token.token, eu)).toMatchObject({ verdict: 'deny' });
        for (const at of [us, ap]) await until(`the token is over in ${at.region.name}`, async () => (await judge(token.token, at)).verdict === 'deny', { within: 1_000 });
      }
    });
  });

  describe('beyond the manual', () => {
    test('a token tells when and where it was last used, though no check writes anything', async () => {
      const { std, O1 } = await scene();
      const { eu } = fixture();
      const token = await makes(fixture(), api(), std, { organizations: [O1.id], role: 'Standard', idleExpirySeconds: 600 });
      expect(await statusOf(std, token)).toMatchObject({ lastUsed: null, status: 'ACTIVE' });
      const before = Date.now();
      for (let use = 0; use < 20; use += 1) expect(await judge(token.token, eu)).toMatchObject({ verdict: 'allow' });
      const { lastUsed } = await until('the use is told', async () => {
        const shown = (await statusOf(std, token)) as AccessTokenJson & { lastUsed: { at: string; region: string } | null };
        return shown.lastUsed !== null && shown;
      });
      expect(lastUsed?.region).toBe('eu-west');
      expect(Date.parse(lastUsed?.at ?? '')).toBeGreaterThanOrEqual(before - 1);
    });

    test('whoever finds tokens ends them without a credential', async () => {
      const { std, O1 } = await scene();
      const { eu } = fixture();
      const [one, two] = [await makes(fixture(), eu, std, { organizations: [O1.id], role: 'Standard' }), await makes(fixture(), eu, std, { dynamicAccess: true, role: 'Standard' })];
      const { ApprendaSessionToken: session } = await login(fixture(), eu, std, 'account');
      const report = (tokens: unknown): Promise<Reply> => eu.call('POST', '/v1/leaked', { body: { tokens } });
      expect(json(await report([one.token, two.token, one.token, session, 'whatever', crypto.randomUUID()]))).toEqual({ revoked: 3 });
      for (const { token } of [one, two]) expect(await judge(token, eu)).toMatchObject({ verdict: 'deny' });
      expect(await verdictOf(eu, 'session', session)).toMatchObject({ verdict: 'deny' });
      expect(await statusOf(std, one)).toMatchObject({ status: 'REVOKED', revokedReason: 'leaked' });
      expect(json(await report([one.token]))).toEqual({ revoked: 0 });
      for (const wrong of ['x', [1], undefined]) expect((await report(wrong)).status).toBe(400);
    });
  });
}
