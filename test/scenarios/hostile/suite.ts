import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { indexOf, succeeded } from '../support/acl.ts';
import { expectDenied, expectJson, expectRefusal } from '../support/expect.ts';
import { type Fixture, quietIndex } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { GARBAGE_TOKENS, MALFORMED, WRONG_TYPES } from './bodies.ts';
import { grpcSuite } from './grpc.ts';
import { sendRaw } from './raw.ts';

/** P14: bad input of any kind gets a clear error, changes nothing, and ends no process. */
export function hostileSuite(fixture: () => Fixture): void {
  describe('P14 bad input', () => {
    nothingChanges(fixture);
    bodies(fixture);
    credentials(fixture);
    sizes(fixture);
    connections(fixture);
    grpcSuite(fixture);
  });
}

/** After every test: the token tables of all regions stand where they stood before the first, and every region is ready, or is within seconds of a burst. */
function nothingChanges(fixture: () => Fixture): void {
  let before: number[] = [];
  const indexes = (): Promise<number[]> => Promise.all(fixture().all.map(async (api) => indexOf(succeeded(await api.list({ per_page: 1 }), 'list'))));
  beforeAll(async () => {
    for (const api of fixture().all) await quietIndex(api);
    before = await indexes();
  });
  afterEach(async () => {
    for (const api of fixture().all) await until(`${api.region.name} is ready`, async () => (await api.call('GET', '/readyz')).status === 200, { within: 5_000 });
    expect(await indexes()).toEqual(before);
  });
}

function bodies(fixture: () => Fixture): void {
  test.each(MALFORMED)('a body that is %s is 400 at every write', async (_what, body) => {
    const { us, eu } = fixture();
    const accessor = crypto.randomUUID();
    for (const api of [us, eu]) {
      for (const path of ['token', `token/${accessor}`, 'bootstrap']) {
        expectRefusal(await api.send('POST', `/v1/acl/${path}`, { body }), 400, /.{3,}/s);
      }
    }
  });

  test.each(Object.entries(WRONG_TYPES).flatMap(([member, values]) => values.map((value) => [member, JSON.stringify(value)] as const)))(
    'a create whose %s is %s is 400 and names the member',
    async (member, value) => {
      const { us, eu } = fixture();
      const rest = { Name: 'x', Type: 'client', Policies: ['readonly'], [member]: undefined };
      const body = JSON.stringify(rest).replace(/}$/, `,"${member}":${value}}`);
      const expected = member === 'Type' && value === 'null' ? /token type must be/ : new RegExp(NAMES[member] ?? member, 'i');
      for (const api of [us, eu]) expectRefusal(await api.create(body), 400, expected);
    },
  );

  test('a member that no token has is ignored, whatever it holds', async () => {
    const { us } = fixture();
    expectRefusal(await us.create({ Type: 'nope', Nonsense: { a: [1, { b: null }] } }), 400, /token type must be client or management/);
  });
}

/** Members that Nomad's own texts name by other words. */
const NAMES: Readonly<Record<string, string>> = { ExpirationTTL: 'ExpirationTTL|time: |duration|expiration time', ExpirationTime: 'ExpirationTime|parsing time' };

function credentials(fixture: () => Fixture): void {
  test('garbage in place of a credential is 403 at every route', async () => {
    const { us, eu } = fixture();
    for (const api of [us, eu]) {
      for (const secret of GARBAGE_TOKENS) {
        const as = api.as(secret);
        expectDenied(await as.self());
        expectDenied(await as.list());
        expectDenied(await as.create({ Type: 'management' }));
      }
    }
  });

  test('a credential with bytes that are no text is refused', async () => {
    const { us } = fixture();
    for (const bytes of [[0xff, 0xfe], [0xc3, 0x28], [0x80], [0xe9]]) {
      const head = Buffer.from('GET /v1/acl/token/self HTTP/1.1\r\nHost: x\r\nX-Nomad-Token: ');
      const reply = await sendRaw(us.region.http, Buffer.concat([head, Buffer.from(bytes), Buffer.from('\r\n\r\n')]));
      expect([400, 403]).toContain(reply.status);
    }
  });

  test('an Authorization header of another scheme, or broken, counts as none', async () => {
    const { us } = fixture();
    for (const value of ['Basic dXNlcjpwdw==', 'Bearer', 'Bearer ', us.secret ?? '', `Token ${us.secret}`, `Bearer, ${us.secret}`, 'Digest x']) {
      expectDenied(await us.as(undefined).list({}, { headers: { Authorization: value } }));
    }
  });
}

function sizes(fixture: () => Fixture): void {
  test('a body of 10 MB is refused before it is read into a token', async () => {
    const { us, eu } = fixture();
    const big = JSON.stringify({ Type: 'client', Policies: ['readonly'], Name: 'x'.repeat(10_000_000) });
    for (const api of [us, eu]) {
      for (const path of ['token', 'token/self', 'bootstrap', `token/${crypto.randomUUID()}`]) {
        const reply = await api.as(path === 'token' ? undefined : api.secret).send('POST', `/v1/acl/${path}`, { body: big });
        expect([400, 405, 413]).toContain(reply.status);
        expect(reply.elapsed).toBeLessThan(5_000);
      }
    }
  });

  test('200,000 policies, roles or members in a body are refused', async () => {
    const { us } = fixture();
    const many = Array.from({ length: 200_000 }, (_, at) => `p${at}`);
    for (const body of [{ Type: 'client', Policies: many }, { Type: 'client', Roles: many.map((Name) => ({ Name })) }]) {
      const reply = await us.create(body);
      expect([400, 413]).toContain(reply.status);
    }
  });

  test('a flood of headers, and one huge header, are refused', async () => {
    const { us } = fixture();
    const many = Array.from({ length: 5_000 }, (_, at) => `X-Flood-${at}: y\r\n`).join('');
    for (const flood of [many, `X-Flood: ${'y'.repeat(1_000_000)}\r\n`, `X-Nomad-Token: ${'a'.repeat(200_000)}\r\n`]) {
      const reply = await sendRaw(us.region.http, `GET /v1/acl/tokens HTTP/1.1\r\nHost: x\r\n${flood}\r\n`);
      expect(reply.status === 0 ? reply.ended : [400, 403, 431].includes(reply.status)).toBe(true);
    }
  });

  test('a huge query and a huge path are refused or have no effect', async () => {
    const { us } = fixture();
    const long = 'ab'.repeat(500_000);
    for (const path of [`tokens?prefix=${long}`, `tokens?filter=${long}`, `token/${long}`]) {
      const reply = await sendRaw(us.region.http, `GET /v1/acl/${path} HTTP/1.1\r\nHost: x\r\nX-Nomad-Token: ${us.secret}\r\n\r\n`);
      expect(reply.status === 0 ? reply.ended : reply.status >= 400 && reply.status < 500).toBe(true);
    }
    const wide = Array.from({ length: 1_000 }, (_, at) => `x${at}=1`).join('&');
    expect([200, 400, 414, 431]).toContain((await us.send('GET', `/v1/acl/tokens?${wide}&per_page=1`)).status);
    for (const filter of ['('.repeat(1_500), `${'not '.repeat(500)}Name == "x"`, `Name matches "${'(a+)+'.repeat(40)}$"`, 'Name matches "["']) {
      const reply = await us.list({ filter, per_page: 1 });
      expect(reply.status).toBeLessThan(500);
      expect(reply.elapsed).toBeLessThan(3_000);
    }
  });
}

function connections(fixture: () => Fixture): void {
  test('a path with bad percent encoding is 4xx and not a crash', async () => {
    const { us } = fixture();
    for (const path of ['token/%', 'token/%ff', 'token/%00', 'tokens?prefix=%', 'tokens?filter=%ff', 'token/..%2f..%2fetc', 'token//', '%']) {
      const reply = await us.send('GET', `/v1/acl/${path}`);
      expect({ path, refused: reply.status >= 400 && reply.status < 500 }).toEqual({ path, refused: true });
    }
  });

  test('broken HTTP is answered with 4xx or the end of the connection', async () => {
    const { us } = fixture();
    const token = `X-Nomad-Token: ${us.secret}\r\n`;
    const requests = [
      'nonsense\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', `POST /v1/acl/token HTTP/1.1\r\nHost: x\r\n${token}Content-Length: -5\r\n\r\n`,
      `POST /v1/acl/token HTTP/1.1\r\nHost: x\r\n${token}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST /v1/acl/token HTTP/1.1\r\nHost: x\r\n${token}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0, 1]), Buffer.alloc(100_000, 0xff),
    ];
    for (const bytes of requests) {
      const reply = await sendRaw(us.region.http, bytes);
      expect(reply.status === 0 ? reply.ended : reply.status >= 400 && reply.status < 500).toBe(true);
    }
  });

  test('an upload that stops half-way changes nothing', async () => {
    const { us } = fixture();
    const half = '{"Type":"client","Policies":["readonly"]';
    const reply = await sendRaw(us.region.http, `POST /v1/acl/token HTTP/1.1\r\nHost: x\r\nX-Nomad-Token: ${us.secret}\r\nContent-Length: 500\r\n\r\n${half}`, 300);
    expect([0, 400, 408]).toContain(reply.status);
  });

  test('100 requests that are given up half-way leave the region answering', async () => {
    const { us } = fixture();
    const request = `GET /v1/acl/tokens?index=999999&wait=60s HTTP/1.1\r\nHost: x\r\nX-Nomad-Token: ${us.secret}\r\n\r\n`;
    await Promise.all(Array.from({ length: 100 }, () => sendRaw(us.region.http, request, 200)));
    expectJson(await us.self());
  });

  test('garbage on the gRPC port ends that connection only', async () => {
    const { us } = fixture();
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', Buffer.alloc(100_000, 0xff), Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff', 'latin1')]) {
      await sendRaw(`http://${us.region.grpc}`, bytes, 500);
    }
    expectJson(await us.self());
  });
}
