import { describe, expect, test } from 'vitest';
import { named, type TokenJson } from '../support/acl.ts';
import { expectEmpty, expectJson, expectReadHeaders, expectRefusal, expectWriteHeaders } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';

/** What Nomad's HTTP tests check of every route (specs 1.0, 2.1 to 2.3 and 9.2). */
export function protocolSuite(fixture: () => Fixture): void {
  describe('protocol', () => {
    test('writes carry index and freshness, reads contact and leader too, and none of them is cached', async () => {
      const { us, eu } = fixture();
      for (const api of [us, eu]) {
        const create = await api.create({ Type: 'client', Policies: ['a'] });
        const { AccessorID, SecretID } = expectJson(create);
        const update = await api.update(AccessorID, { AccessorID, Type: 'client', Policies: ['b'] });
        for (const reply of [create, update]) expectWriteHeaders(reply);
        for (const reply of [await api.list(), await api.read(AccessorID), await api.as(SecretID).self()]) expectReadHeaders(reply);
        for (const reply of [create, update, await api.read(AccessorID), await api.as(SecretID).self()]) expect(reply.headers['cache-control']).toBe('no-store');
        const gone = await api.delete(AccessorID);
        expectEmpty(gone);
        expectWriteHeaders(gone);
      }
    });

    test('pretty gives the same value in four spaces with a newline at its end, and not with pretty=0', async () => {
      const { us } = fixture();
      const plain = await us.self();
      for (const query of [{ pretty: '' }, { pretty: '1' }]) {
        const reply = await us.self(query);
        expect(reply.text).toBe(`${JSON.stringify(json(plain), null, 4)}\n`);
        expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
      }
      expect((await us.self({ pretty: '0' })).text).toBe(plain.text);
    });

    test('members of a body are matched in any case and unknown ones are ignored', async () => {
      const { us } = fixture();
      const name = named('case');
      const token = expectJson(await us.create({ name, TYPE: 'client', pOlIcIeS: ['a'], Unknown: { x: 1 } }));
      expect(token).toMatchObject({ Name: name, Type: 'client', Policies: ['a'] });
    });

    test('a body is read whatever content type it names', async () => {
      const { us } = fixture();
      for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream', 'application/json; charset=utf-8', 'multipart/form-data']) {
        expectJson(await us.create({ Type: 'client', Policies: ['a'] }, { headers: { 'content-type': type } }));
      }
    });

    test('an unknown path is 404, a path of another prefix too', async () => {
      const { us } = fixture();
      for (const path of ['/v1/acl/nothing', '/v1/nothing', '/v2/acl/tokens', '/v1/acl']) expect((await us.send('GET', path)).status).toBe(404);
    });
    test('where the regions stand is told with the freshness of the one that tells it', async () => {
      for (const api of fixture().all) expect((await api.send('GET', '/v1/regions')).headers['x-mintmark-freshness']).toMatch(new RegExp(`^${api.region.name}:[^:]+:\\d+$`));
    });

    test('/metrics tells of calls by HTTP and by gRPC, of the index and the lag, and of those who wait', async () => {
      const { us } = fixture();
      const { text } = await us.send('GET', '/metrics');
      for (const series of ['mintmark_http_request_seconds_count{', 'mintmark_index{', 'mintmark_lag_revisions{', 'mintmark_watchers{']) expect(text).toContain(`\n${series}`);
      const { headers } = await us.send('GET', '/v1/acl/tokens');
      const waiting = us.send('GET', '/v1/acl/tokens', { query: { index: String(headers['x-nomad-index']), wait: '15s' } });
      await until('the gauge tells of the one who waits', async () => /^mintmark_watchers\{[^}]*\} [1-9]/m.test((await us.send('GET', '/metrics')).text));
      await us.mint({ Policies: ['a'] });
      expect((await waiting).status).toBe(200);
      for (const family of ['mintmark_index', 'mintmark_lag_revisions', 'mintmark_rpc_request_seconds']) expect(text.match(new RegExp(`^# HELP ${family} `, 'gm'))).toHaveLength(1);
    });
    timesAndRegions(fixture);
  });
}

function timesAndRegions(fixture: () => Fixture): void {
  test('a TTL gives its expiration time, in Go\'s words, as text or as nanoseconds', async () => {
    const { us } = fixture();
    const cases: [unknown, string, bigint][] = [['10h', '10h0m0s', 36_000n], ['1h30m', '1h30m0s', 5_400n], ['90s', '1m30s', 90n], [90_000_000_000, '1m30s', 90n], ['', '', 0n]];
    for (const [ExpirationTTL, written, seconds] of cases) {
      const token = expectJson<TokenJson>(await us.create({ Type: 'client', Policies: ['a'], ExpirationTTL }));
      expect(token.ExpirationTTL).toBe(written);
      if (seconds === 0n) expect(token.ExpirationTime).toBeNull();
      else expect(nanos(token.ExpirationTime ?? '') - nanos(token.CreateTime)).toBe(seconds * 1_000_000_000n);
    }
  });

  test('region= is served by that region: its local tokens are created, seen, changed and deleted there', async () => {
    const { us, eu } = fixture();
    const region = eu.region.name;
    const created = expectJson(await us.create({ Type: 'client', Policies: ['a'] }, { query: { region } }));
    expect(await eu.accessors()).toContain(created.AccessorID);
    expect(await us.accessors()).not.toContain(created.AccessorID);
    expect(expectJson(await us.read(created.AccessorID, { region }))).toEqual(created);
    expect(expectJson(await us.as(created.SecretID).self({ region }))).toEqual(created);
    const Name = named('there');
    expectJson(await us.update(created.AccessorID, { AccessorID: created.AccessorID, Name, Type: 'client', Policies: ['a'] }, { query: { region } }));
    expect((await eu.look(created.AccessorID)).Name).toBe(Name);
    expectEmpty(await us.delete(created.AccessorID, { query: { region } }));
    expectRefusal(await eu.read(created.AccessorID), 404, 'ACL token not found');
  });

  test('region= naming the own region changes nothing', async () => {
    const { us } = fixture();
    expectJson(await us.list({ region: us.region.name }));
  });
}

/** An RFC 3339 time as nanoseconds. */
function nanos(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace(/Z$/, '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
