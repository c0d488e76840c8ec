import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RELAYED_TO } from './relay.ts';
import { Bed, eventually, gone, management, secretOf, token, uuid, written } from './test-bed.ts';

const ADMIN = secretOf(1);
const stack: AsyncDisposable[] = [];
const opened = async (options: Parameters<typeof Bed.open>[0]): Promise<Bed> => {
  const bed = await Bed.open(options);
  stack.push(bed);
  return bed;
};

/** Some other HTTP server in a region's place. */
async function stranger(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let eu: Bed;
let us: Bed;
beforeEach(async () => {
  eu = await opened({ region: 'eu-west' });
  us = await opened({ urls: { 'eu-west': await eu.listen(), 'ap-south': 'http://127.0.0.1:1/' } });
  await eu.write(management(1), token(2, { name: 'of eu' }));
  await us.write(management(1), token(3), token(4));
});
afterEach(async () => {
  for (const one of stack.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

describe('a request for another region', () => {
  test('is answered by it, status, headers and body', async () => {
    const direct = await eu.get('tokens?filter=Name+%3D%3D+%22of+eu%22&pretty', ADMIN);
    const relayed = await us.get('tokens?region=eu-west&filter=Name+%3D%3D+%22of+eu%22&pretty', ADMIN);
    expect(relayed.text).toBe(direct.text);
    expect(relayed.json()).toHaveLength(1);
    for (const name of ['x-nomad-index', 'x-nomad-knownleader', 'x-mintmark-freshness', 'content-type', 'content-length', 'cache-control']) {
      expect(relayed.headers[name]).toBe(direct.headers[name]);
    }
    expect(relayed.headers['x-mintmark-freshness']).toBe(eu.freshness);
  });

  test('carries credentials and errors as they are', async () => {
    expect((await us.ask('GET', 'token/self?region=eu-west', { authorization: `Bearer ${secretOf(2)}` })).json()).toMatchObject({ Name: 'of eu' });
    expect(await us.get('tokens?region=eu-west', secretOf(3))).toMatchObject({ status: 403, text: 'Permission denied' });
    expect(await us.get(`token/${uuid(9)}?region=eu-west`, ADMIN)).toMatchObject({
      status: 404,
      text: 'ACL token not found',
      headers: { 'x-nomad-index': '2' },
    });
  });

  test('carries its body', async () => {
    eu.issuer.answers.upsertToken = () => written(token(5));
    eu.issuer.answers.deleteToken = () => ({ index: 9, freshness: 'eu-west:x:9' });
    expect((await us.ask('PUT', 'token?region=eu-west', { 'x-nomad-token': ADMIN }, '{"Name":"local to eu","Type":"client",}')).status).toBe(200);
    expect(await us.ask('DELETE', `token/${uuid(2)}?region=eu-west`, { 'x-nomad-token': ADMIN })).toMatchObject({
      status: 200,
      text: '',
      headers: { 'x-nomad-index': '9' },
    });
    expect(us.issuer.calls).toEqual([]);
    expect(eu.issuer.calls).toMatchObject([
      { method: 'upsertToken', credential: ADMIN, request: { token: { name: 'local to eu' } } },
      { method: 'deleteToken', credential: ADMIN, request: { accessorId: uuid(2) } },
    ]);
  });

  test('blocks there', async () => {
    const got = us.get('tokens?region=eu-west&index=2&wait=10s', ADMIN);
    await eventually(() => eu.feed.watchers === 2);
    expect(us.feed.watchers).toBe(0);
    await eu.write(token(6));
    expect((await got).headers['x-nomad-index']).toBe('3');
  });

  test('ends there when its client goes away', async () => {
    const leave = new AbortController();
    const url = await us.listen();
    const left = request(`${url}/v1/acl/tokens?region=eu-west&index=2`, { headers: { 'x-nomad-token': ADMIN }, signal: leave.signal }).catch(() => 'left');
    await eventually(() => eu.feed.watchers === 2);
    leave.abort();
    expect(await left).toBe('left');
    await eventually(() => eu.feed.watchers === 0);
    expect(us.failures).toEqual([]);
  });

  test('of this very region, or of none, stays here', async () => {
    for (const query of ['region=us-east', 'region=']) expect((await us.get(`tokens?${query}`, ADMIN)).json()).toHaveLength(3);
  });

  test('that is judged by its own faults before it is sent', async () => {
    expect(await us.get('tokens?region=eu-west&per_page=x')).toMatchObject({ status: 400 });
    expect(await us.ask('PUT', 'token?region=eu-west', {}, '{')).toMatchObject({ status: 400 });
  });
});

describe('another region that cannot be reached', () => {
  test('is 503 for reads, and for writes that were not sent', async () => {
    expect(await us.get('tokens?region=ap-south', ADMIN)).toMatchObject({
      status: 503,
      text: 'region ap-south cannot be reached',
      headers: { 'retry-after': '1' },
    });
    const put = await us.ask('PUT', 'token?region=ap-south', {}, '{}');
    expect(put).toMatchObject({ status: 503, text: 'region ap-south cannot be reached: nothing was written' });
  });

  test('is 504 for a write that was sent', async () => {
    const dead = await stranger((asked) => asked.socket.destroy());
    const bed = await opened({ urls: { 'ap-south': dead } });
    expect(await bed.ask('PUT', 'token?region=ap-south', {}, '{}')).toMatchObject({ status: 504, text: expect.stringContaining('outcome unknown') });
    expect((await bed.get('tokens?region=ap-south')).status).toBe(503);
  });
});

describe('a relayed request', () => {
  test('is told whom it is for, and leaves out what belongs to one connection', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const ap = await stranger((asked, response) => {
      seen.push(asked.headers);
      response.writeHead(207, { 'x-own': 'a', connection: 'x-hop', 'x-hop': 'b' }).end('as it is');
    });
    const bed = await opened({ urls: { 'ap-south': ap } });
    const got = await bed.ask('GET', 'tokens?region=ap-south', { connection: 'x-drop', 'x-drop': '1', 'x-keep': '2', te: 'trailers' });
    expect(got).toMatchObject({ status: 207, text: 'as it is', headers: { 'x-own': 'a' } });
    expect(got.headers['x-hop']).toBeUndefined();
    expect(seen[0]).toMatchObject({ [RELAYED_TO]: 'ap-south', 'x-keep': '2' });
    expect(seen[0]).not.toHaveProperty('x-drop');
    expect(seen[0]).not.toHaveProperty('te');
  });

  test('goes no further', async () => {
    expect(await us.get('tokens?region=eu-west', ADMIN, { [RELAYED_TO]: 'us-east' })).toMatchObject({
      status: 400,
      text: 'No path to region: the request was relayed once already',
    });
  });

  test('that has come to another region than it is for is refused, so that no local token is written astray', async () => {
    const lost = await opened({ urls: { 'ap-south': await us.listen() } });
    const got = await lost.ask('PUT', 'token?region=ap-south', { 'x-nomad-token': ADMIN }, '{"Type":"client"}');
    expect(got).toMatchObject({ status: 400, text: 'No path to region: the address configured for "ap-south" answers as us-east' });
    expect(us.issuer.calls).toEqual([]);
  });

  test('is authorized by the region that answers', async () => {
    await eu.write(gone(management(1)));
    expect((await us.get('tokens?region=eu-west', ADMIN)).status).toBe(403);
    expect((await us.get('tokens', ADMIN)).status).toBe(200);
  });
});
