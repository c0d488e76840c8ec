import { beforeAll, describe, expect, test } from 'vitest';
import { indexOf, type TokenJson } from '../support/acl.ts';
import { expectDenied, expectJson, expectRefusal, expectWriteHeaders, TIME, UUID } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';

interface FirstMoments {
  /** A bootstrap with a malformed secret on the fresh cluster. */
  readonly malformed: Reply;
  /** Two bootstraps at the same time, in the authority and in another region. */
  readonly race: readonly [Reply, Reply];
  readonly won: Reply;
  readonly root: TokenJson;
}

/** NO-01 to NO-07, on a cluster in which nothing has been written. Gives the bootstrap secret to the suites that follow. */
export function bootstrapSuite(fixture: () => Fixture): () => string {
  let first: FirstMoments | undefined;
  const moments = (): FirstMoments => {
    if (first === undefined) throw new Error('bootstrap did not succeed');
    return first;
  };
  beforeAll(async () => {
    const { us, eu } = fixture();
    const malformed = await us.bootstrap({ BootstrapSecret: 'x' });
    const race = await Promise.all([us.bootstrap(), eu.bootstrap()] as const);
    const won = race.find((reply) => reply.status === 200);
    if (won === undefined) throw new Error(`no bootstrap won: ${race.map((reply) => `${reply.status} ${reply.text}`).join(' / ')}`);
    first = { malformed, race, won, root: json<TokenJson>(won) };
  });
  describe('bootstrap', () => {
    routesAndAnswer(fixture, moments);
    onlyOnce(fixture, moments);
  });
  return () => moments().root.SecretID;
}

function routesAndAnswer(fixture: () => Fixture, moments: () => FirstMoments): void {
  test('NO-01 bootstrap, tokens and token are routed under /v1', async () => {
    const us = fixture().us.as(moments().root.SecretID);
    expect((await us.bootstrap()).status).toBe(400);
    expectJson(await us.list());
    expectJson(await us.read(moments().root.AccessorID));
  });

  test('NO-02 bootstrap gives the initial management token', async () => {
    const reply = await fixture().us.as(moments().root.SecretID).self();
    expect(expectJson(reply)).toMatchObject({ AccessorID: moments().root.AccessorID, Type: 'management' });
  });

  test('NO-06 bootstrap produces application/json', () => {
    expectJson(moments().won);
    expectWriteHeaders(moments().won);
  });

  test('NO-07 the bootstrap answer has every member of the sample', () => {
    const { root, won } = moments();
    expect(root).toMatchObject({
      AccessorID: expect.stringMatching(UUID), SecretID: expect.stringMatching(UUID), Name: 'Bootstrap Token', Type: 'management',
      Policies: null, Global: true, CreateTime: expect.stringMatching(TIME), ExpirationTime: null, ExpirationTTL: '', Roles: null,
      Hash: 'BUJ3BerTfrqFVm1P+vZr1gz9ubOkd+JAvYjNAJyaU9Y=',
    });
    expect(root.CreateIndex).toBeGreaterThan(0);
    expect(root.ModifyIndex).toBe(root.CreateIndex);
    expect(indexOf(won)).toBe(root.CreateIndex);
    expect(root.AccessorID).not.toBe(root.SecretID);
    expect(Math.abs(Date.parse(root.CreateTime) - Date.now())).toBeLessThan(120_000);
  });
}

function onlyOnce(fixture: () => Fixture, moments: () => FirstMoments): void {
  test('NO-04 a malformed bootstrap secret on a fresh cluster is refused and uses nothing up', () => {
    expectRefusal(moments().malformed, 400, 'invalid acl token');
  });

  test('NO-04 of two parallel bootstraps in two regions exactly one wins', () => {
    const [first, second] = moments().race;
    expect([first.status, second.status].sort()).toEqual([200, 400]);
    expectRefusal(first.status === 400 ? first : second, 400, `ACL bootstrap already done (reset index: ${moments().root.CreateIndex})`);
  });

  test('NO-04 a second bootstrap is refused in every region', async () => {
    for (const api of fixture().all) {
      expectRefusal(await api.as(undefined).bootstrap(), 400, `ACL bootstrap already done (reset index: ${moments().root.CreateIndex})`);
    }
  });

  test('NO-05 bootstrap needs no credential and does not block', async () => {
    const { us, eu } = fixture();
    expect(moments().won.status).toBe(200);
    for (const api of [us, eu]) {
      for (const secret of [undefined, '00000000-0000-0000-0000-000000000000']) {
        const reply = await api.as(secret).bootstrap(undefined, { index: 9999, wait: '5s' });
        expectRefusal(reply, 400, /^ACL bootstrap already done/);
        expect(reply.elapsed).toBeLessThan(2_500);
      }
    }
  });

  test('NO-03 NO-04 after a reset one bootstrap more is executed in the authority, whatever was refused before, and the earlier token stays', async () => {
    const { us, eu, cluster } = fixture();
    await cluster.resetBootstrap();
    expectRefusal(await eu.bootstrap({ BootstrapSecret: 'x' }), 400, 'invalid acl token');
    expectRefusal(await us.bootstrap({ BootstrapSecret: moments().root.SecretID }), 400, 'BootstrapSecret is in use: choose another');
    const supplied = crypto.randomUUID();
    const reply = await eu.bootstrap({ BootstrapSecret: supplied });
    const again = expectJson(reply);
    expect(again).toMatchObject({ SecretID: supplied, Type: 'management', Global: true });
    const there = await us.as(supplied).read(again.AccessorID);
    expect(expectJson(there)).toEqual(again);
    expect(indexOf(there)).toBe(again.CreateIndex);
    expect(indexOf(reply)).toBe(again.CreateIndex);
    expectRefusal(await eu.bootstrap(), 400, /^(ACL bootstrap already done|Invalid bootstrap reset index) \(/);
    expectRefusal(await us.bootstrap(), 400, /^(ACL bootstrap already done|Invalid bootstrap reset index) \(/);
    expectJson(await us.as(moments().root.SecretID).self());
    expectDenied(await us.as(crypto.randomUUID()).self());
  });
}
