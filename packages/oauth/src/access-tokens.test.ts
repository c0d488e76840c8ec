import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClientBody, type Bodies, type Entry, type Kind, NO_REVISION, type OrganizationBody, revision } from '@mintmark/domain';
import { createSealer } from '@mintmark/keys';
import { type AccessClaims, signAccessToken } from '@mintmark/keys/jwt';
import { type ActiveKey, generateSigningKey, openPrivateHalf, sealPrivateHalf, type SigningKey, signingKeyBody } from '@mintmark/keys/signing';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { describe, expect, it } from 'vitest';
import { AccessTokens } from './access-tokens.ts';

const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1_000;
const ISSUER = 'https://mint.example';
const ORGANIZATION: OrganizationBody = { name: 'Customer', alias: 'customer', parent: '', notBefore: 0, createTime: '' };
const CLIENT: ApiClientBody = {
  name: 'client',
  organization: 'o1',
  description: '',
  defaultExpirationSeconds: 300,
  roles: ['Account Owner', 'User'],
  secrets: [],
  enabled: true,
  notBefore: 0,
  jwks: '',
  dpop: false,
  temporaryJti: '',
  temporaryExpiresAt: 0,
  createTime: '',
};

interface Region {
  readonly key?: (key: ActiveKey) => SigningKey;
  readonly client?: Partial<ApiClientBody>;
  readonly organization?: Partial<OrganizationBody>;
  readonly denied?: string;
}

const CLAIMS = {
  iss: ISSUER,
  aud: 'api',
  exp: SECONDS + 300,
  jti: 'j1',
  iat: SECONDS,
  nbf: SECONDS - 120,
  sub: 'client',
  type: 'API_CLIENT',
  id: 'c1',
  acctId: 'o1',
  acctName: 'customer',
  client_id: 'client@customer',
};

/** Judges a token that the region's own key has signed, by what the region knows. */
async function judged(claims: object = {}, region: Region = {}, now = NOW) {
  const request = { region: 'us', sequence: 1, algorithm: 'EdDSA', now: NOW, maxTokenLifetimeMs: 1e9 } as const;
  const { key: planned, privateHalf } = await generateSigningKey(request, randomBytes);
  const key: ActiveKey = { ...planned, state: 'active', activeFrom: NOW };
  const sealer = createSealer([randomBytes(32)], randomBytes);
  const signer = { key, privateKey: openPrivateHalf(sealer, key.kid, sealPrivateHalf(sealer, key.kid, privateHalf)) };
  const signed = await signAccessToken(signer, { ...CLAIMS, ...claims } as AccessClaims, NOW);
  if (!signed.ok) throw new Error(signed.reason);
  const tokens = await tokensOf([
    record('signing_key', 'us.1', signingKeyBody(region.key?.(key) ?? key)),
    record('organization', 'o1', { ...ORGANIZATION, ...region.organization }),
    record('api_client', 'c1', { ...CLIENT, ...region.client }),
    ...(region.denied === undefined ? [] : [record('denied', region.denied, { expiresAt: NOW + 1 })]),
  ]);
  return tokens.judge(signed.token, now);
}

function record<K extends Kind>(kind: K, id: string, body: Bodies[K]): Entry['record'] {
  return { kind, id, scope: 'global', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), body } as Entry['record'];
}

async function tokensOf(records: readonly Entry['record'][]): Promise<AccessTokens> {
  const view = openEmbeddedView();
  const { epoch } = await view.reset({ source: { region: 'us', incarnation: 'i'.repeat(22) }, floor: NO_REVISION });
  await view.apply(records.map((each, at) => ({ revision: revision(at + 1), record: each })), { epoch, from: NO_REVISION, to: revision(records.length) });
  await view.mark({ epoch, ready: true });
  const settings = { issuer: ISSUER, audiences: ['api', 'other'] } as const;
  const world = { sleep: (ms: number, signal?: AbortSignal) => pause(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }) };
  const tokens = new AccessTokens(view, world, { settings, remembered: 10, earlyMs: 30_000 });
  const stop = new AbortController();
  const running = tokens.run(stop.signal);
  tokens.reset();
  await tokens.whenSettled(stop.signal);
  stop.abort();
  await running.catch(() => undefined);
  return tokens;
}

async function reasonOf(...given: Parameters<typeof judged>): Promise<string> {
  const result = await judged(...given);
  return result.ok ? 'ok' : result.reason;
}

describe('a token that the region’s own key has signed', () => {
  it('stands for its client with the roles of now', async () => {
    expect(await judged()).toMatchObject({ ok: true, roles: CLIENT.roles, jkt: undefined });
    expect(await judged({}, { client: { roles: [] } })).toMatchObject({ ok: true, roles: [] });
  });

  it('acts within its scope, whatever roles come to its client', async () => {
    expect(await judged({ scope: 'Account%20Owner' })).toMatchObject({ roles: ['Account Owner'] });
    expect(await judged({ scope: 'Other' })).toMatchObject({ ok: true, roles: [] });
    expect(await judged({ scope: 5 })).toMatchObject({ ok: true, roles: [] });
  });

  it.each<readonly [string, object, string]>([
    ['of another issuer', { iss: `${ISSUER}/` }, 'wrong_issuer'],
    ['for another audience', { aud: 'elsewhere' }, 'wrong_audience'],
    ['of another type', { type: 'USER' }, 'wrong_kind'],
    ['without a type', { type: undefined }, 'wrong_kind'],
    ['of another account', { acctId: 'o2' }, 'unknown_client'],
    ['of a client that is gone', { id: 'c2' }, 'unknown_client'],
    ['expired', { exp: SECONDS }, 'expired'],
    ['not yet valid', { nbf: SECONDS + 31 }, 'not_yet_valid'],
    ['issued in the future', { iat: SECONDS + 31 }, 'not_yet_valid'],
  ])('AD-46 one %s is refused', async (_, claims, reason) => expect(await reasonOf(claims)).toBe(reason));

  it.each<readonly [string, object, Region, string]>([
    ['revoked', {}, { denied: 'j1' }, 'denied'],
    ['exchanged for one that was revoked', { ancestors: ['first', 'second'] }, { denied: 'first' }, 'denied'],
    ['of a disabled client', {}, { client: { enabled: false } }, 'client_disabled'],
    ['of before its client’s not-before', {}, { client: { notBefore: NOW + 1 } }, 'before_not_before'],
    ['of before its account’s not-before', {}, { client: { notBefore: 1 }, organization: { notBefore: NOW + 1 } }, 'before_not_before'],
    ['of a withdrawn key', {}, { key: (key) => ({ ...key, state: 'gone', goneAt: NOW, cause: 'withdrawn' }) }, 'key_withdrawn'],
    ['of a key whose time is over', {}, { key: (key) => ({ ...key, state: 'retiring', activeFrom: 1, retiredAt: 2, goneAt: NOW }) }, 'key_retired'],
  ])('one %s is refused', async (_, claims, region, reason) => expect(await reasonOf(claims, region)).toBe(reason));

  it('is not refused at the very instant of a not-before', async () => {
    expect(await reasonOf({}, { client: { notBefore: NOW } })).toBe('ok');
  });
});
