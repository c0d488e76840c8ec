import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BUILT_IN_ROLES,
  expiryOf,
  formatTime,
  instantOf,
  type LiveEntry,
  parseSessionToken,
  parseTime,
  type PersonalTokenBody,
  isToBeTold,
  mayManage,
  personalPrincipal,
  personalState,
  revision,
  sessionState,
  sessionToken,
  shownSessionToken,
  type Standing,
  strongestRole,
  usernameProblem,
} from '../index.ts';

const MADE = 1_700_000_000_000;
const at = (ms: number): bigint => instantOf(MADE + ms);
const TOKEN: PersonalTokenBody = {
  secret: { digest: 'ab'.repeat(32), sealed: new Uint8Array() },
  name: 'n',
  user: 'u',
  dynamicAccess: false,
  organizations: ['a', 'b'],
  role: 'Advanced',
  expirationTime: null,
  createTime: formatTime(at(0)),
  revokedBecause: '',
  revokedAt: '',
  idleExpirySeconds: 0,
  networks: [],
  expiryToldAt: '',
};
const USER: Standing = { username: 'ann', organizations: [], platformOperator: false, disabled: false, notBefore: 0, tokensNotBefore: 0 };
const entryOf = (body: PersonalTokenBody): LiveEntry<'personal_token'> => ({
  revision: revision(1),
  record: { kind: 'personal_token', id: 't', scope: 'global', deleted: false, createIndex: revision(1), writeId: 'w'.repeat(22), body },
});
const roles = fc.constantFrom(...BUILT_IN_ROLES, 'custom');
const memberships = fc.uniqueArray(fc.record({ organization: fc.constantFrom('a', 'b', 'c', 'd'), role: roles }), { selector: ({ organization }) => organization });

describe('personal tokens', () => {
  it('are never stronger than their creator is now, nor than they were made, in any organization', () => {
    fc.assert(
      fc.property(memberships, roles, fc.boolean(), fc.subarray(['a', 'b', 'c']), (organizations, role, dynamicAccess, chosen) => {
        const principal = personalPrincipal(entryOf({ ...TOKEN, role, dynamicAccess, organizations: chosen }), { ...USER, organizations });
        for (const [place, organization] of principal.organizations.entries()) {
          const has = BUILT_IN_ROLES.indexOf(principal.roles[place] as never);
          const creators = organizations.find((membership) => membership.organization === organization)?.role;
          expect(has).toBe(Math.min(BUILT_IN_ROLES.indexOf(role as never), BUILT_IN_ROLES.indexOf(creators as never)));
          expect(has).toBeGreaterThanOrEqual(0);
          expect(dynamicAccess || chosen.includes(organization)).toBe(true);
        }
      }),
    );
  });

  it('end by themselves when nobody uses them, some time after the last use', () => {
    const idle = { ...TOKEN, idleExpirySeconds: 600 };
    expect(personalState(idle, USER, at(719_000)).status).toBe('ACTIVE');
    expect(personalState(idle, USER, at(720_000))).toEqual({ status: 'REVOKED', because: 'unused' });
    expect(personalState(idle, USER, at(1_000_000), at(400_000)).status).toBe('ACTIVE');
    expect(personalState(idle, USER, at(1_120_000), at(400_000))).toMatchObject({ because: 'unused' });
  });

  it('are told of once, before they expire, if they expire at all', () => {
    const notice = 1_000_000_000n;
    const ends = { ...TOKEN, expirationTime: formatTime(at(5_000)) };
    expect([3_999, 4_000, 6_000].map((ms) => isToBeTold(ends, notice, at(ms)))).toEqual([false, true, true]);
    expect(isToBeTold({ ...ends, expiryToldAt: formatTime(at(4_000)) }, notice, at(4_500))).toBe(false);
    expect(isToBeTold(TOKEN, notice, at(1e12))).toBe(false);
  });

  it('made before their creator was disabled stay over, later ones count', () => {
    const creator = { ...USER, tokensNotBefore: MADE + 5 };
    expect(personalState(TOKEN, creator, at(10))).toEqual({ status: 'REVOKED', because: 'creator disabled' });
    expect(personalState({ ...TOKEN, createTime: formatTime(at(6)) }, creator, at(10)).status).toBe('ACTIVE');
  });

  it.each([
    ['Never', null],
    ['2030-01-31', '2030-01-31T23:59:59.999999999Z'],
    ['2030-01-31T10:00:00+02:00', '2030-01-31T08:00:00Z'],
    ['2030-02-30', undefined],
    ['never', undefined],
    ['', undefined],
  ])('expire as %j says', (text, expiry) => expect(expiryOf(text)).toBe(expiry));

  describe('are managed', () => {
    const parents: Record<string, string> = { low: 'middle', middle: 'top', top: '', circle: 'circle' };
    const within = (organization: string, role = 'Organization Admin'): Standing => ({ ...USER, organizations: [{ organization, role }] });
    const manages = (standing: Standing, organizations: readonly string[], { user = 'somebody else', alone = '' } = {}): boolean =>
      mayManage({ ...TOKEN, dynamicAccess: false, organizations }, { user, standing, organization: alone }, USER, (id) => parents[id] ?? '');

    it('by admins of an organization that they are associated with, and of those above it', () => {
      expect(['low', 'middle', 'top', 'circle', 'unknown'].map((id) => manages(within('middle'), [id]))).toEqual([true, true, false, false, false]);
      expect(manages(within('low', 'Advanced'), ['low'])).toBe(false);
      expect(strongestRole(['custom', 'Standard', 'View Only'])).toBe('Standard');
    });

    it('by their creator, who acts in one organization alone for it only', () => {
      const own = (alone: string): boolean => manages(within('low', 'Standard'), ['low', 'top'], { user: TOKEN.user, alone });
      expect(['', 'low', 'top', 'middle'].map(own)).toEqual([true, true, true, false]);
    });

    it('by an admin who acts in one organization alone as an admin of that one', () => {
      const both: Standing = { ...USER, organizations: ['low', 'circle'].map((organization) => ({ organization, role: 'Organization Admin' })) };
      expect([manages(both, ['circle']), manages(both, ['circle'], { alone: 'circle' }), manages(both, ['circle'], { alone: 'low' })]).toEqual([true, true, false]);
    });
  });
});

describe('session tokens', () => {
  const guid = fc.uuid();
  it('are read in every form that they are shown in, and nothing else is one', () => {
    fc.assert(
      fc.property(guid, guid, (session, secret) => {
        const token = sessionToken(session, secret);
        for (const form of [token, shownSessionToken(token, 'body'), shownSessionToken(token, 'link')]) expect(parseSessionToken(form)).toBe(token);
        for (const wrong of [token.slice(1), `${token}=`, token.replace('=', ''), token.toLowerCase()]) expect(parseSessionToken(wrong)).toBeUndefined();
      }),
    );
  });

  it('has the form of the sample in the manual', () => {
    const sample = 'MWM1ZDQ5ZDAtODk1My00OTQ1LWJhYjctYTEzN2JmZGZjOGZhfDAwM2Q1MTc5LWM4ZDktNGYwYy1hOWRlLThhZTM3N2JjODQ1ZQ%3D%3D';
    expect(shownSessionToken(parseSessionToken(sample) ?? '', 'body')).toBe(sample);
  });

  it('count for sessions that began after the password was last changed', () => {
    const body = { secret: TOKEN.secret, user: 'u', audience: 'soc', organization: '', createTime: formatTime(at(0)), expirationTime: formatTime(at(9_000)) };
    expect(sessionState(body, { ...USER, notBefore: MADE - 1 }, at(1))).toBe('alive');
    expect(sessionState(body, { ...USER, notBefore: MADE }, at(1))).toBe('ended');
    expect(sessionState(body, USER, parseTime(body.expirationTime) ?? 0n)).toBe('expired');
    expect(sessionState({ ...body, organization: 'a' }, USER, at(1))).toBe('ended');
  });
});

describe('usernames', () => {
  it.each(['ann', 'ann@example.com', 'Zoë', '名前'])('%s is one', (name) => expect(usernameProblem(name)).toBeUndefined());
  it.each(['', 'a b', 'a:b', 'a/b', 'a\u0000', 'Zoe\u0308', 'x'.repeat(129), '\ud800'])('%j is none', (name) => expect(usernameProblem(name)).toContain('username'));
});
