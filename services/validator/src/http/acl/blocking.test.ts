import { systemWorld, type World } from '@mintmark/kit/lifecycle';
import { Places } from '@mintmark/kit/overload';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BlockingQueries } from './blocking.ts';
import { Bed, eventually, gone, management, policy, secretOf, token, uuid } from './test-bed.ts';
import { WaitingRoom } from './waiting.ts';

const client = () => ({ signal: new AbortController().signal, source: '127.0.0.1' });

let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open({ maxWaiters: 5 });
  await bed.write(management(1), token(2));
  bed.issuer.answers.revealSecret = () => ({ secretId: 'revealed' });
});
afterEach(() => bed[Symbol.asyncDispose]());

const ADMIN = secretOf(1);
const watching = (count: number): Promise<void> => eventually(() => bed.feed.watchers === count);

/** Asks, and tells whether the answer has come. */
function asked(path: string, secret?: string) {
  const state = { answered: false };
  const got = bed.get(path, secret).finally(() => {
    state.answered = true;
  });
  return { got, state };
}

describe('blocking queries (P4)', () => {
  test.each([
    ['tokens', '2'],
    [`token/${uuid(2)}`, '2'],
    ['token/self', '1'],
  ])('GET %s is answered at once where the index has been passed, or there is none', async (path, index) => {
    for (const query of ['', '?index=0', '?index=0&wait=5s', '?wait=5s', `?index=${Number(index) - 1}`]) {
      expect((await bed.get(path + query, ADMIN)).headers['x-nomad-index']).toBe(index);
    }
    expect(bed.feed.watchers).toBe(0);
  });

  test('a list waits for its table: creates, updates and deletes', async () => {
    for (const change of [token(3), token(3, { name: 'renamed' }), gone(token(3))]) {
      const { got, state } = asked(`tokens?index=${bed.at}`, ADMIN);
      await watching(2);
      expect(state.answered).toBe(false);
      const at = await bed.write(change);
      expect((await got).headers['x-nomad-index']).toBe(String(at));
    }
    expect(bed.feed.watchers).toBe(0);
  });

  test('a list does not wake for other tables', async () => {
    const { got, state } = asked(`tokens?index=${bed.at}`, ADMIN);
    await watching(2);
    await bed.write(policy('p'));
    await bed.skip(20);
    expect((await bed.get('token/self', ADMIN)).status).toBe(200);
    expect(state.answered).toBe(false);
    await bed.write(token(3));
    expect((await got).headers['x-nomad-index']).toBe('21');
  });

  test.each([
    ['management', ADMIN, `token/${uuid(2)}`],
    ['the token itself', secretOf(2), `token/${uuid(2)}`],
    ['self', secretOf(2), 'token/self'],
  ])('a single read waits for its token and for no other: %s', async (_who, secret, path) => {
    const { got, state } = asked(`${path}?index=2`, secret);
    await eventually(() => bed.feed.watchers > 0);
    await bed.write(token(3), token(4));
    expect((await bed.get('tokens', ADMIN)).status).toBe(200);
    expect(state.answered).toBe(false);
    await bed.write(token(2, { name: 'renamed' }));
    const answer = await got;
    expect(answer.headers['x-nomad-index']).toBe('5');
    expect(answer.json()).toMatchObject({ Name: 'renamed', ModifyIndex: 5 });
  });

  test("a delete wakes management with 404 and the table's index", async () => {
    const { got } = asked(`token/${uuid(2)}?index=2`, ADMIN);
    await watching(2);
    await bed.write(gone(token(2)));
    const answer = await got;
    expect(answer).toMatchObject({ status: 404, text: 'ACL token not found' });
    expect(answer.headers['x-nomad-index']).toBe('3');
  });

  test('a missing token is waited for', async () => {
    const { got, state } = asked(`token/${uuid(3)}?index=2`, ADMIN);
    await watching(2);
    await bed.write(token(4));
    expect(state.answered).toBe(false);
    await bed.write(token(3));
    expect((await got).headers['x-nomad-index']).toBe('4');
  });

  test('when the time is up the last result is answered', async () => {
    const started = performance.now();
    const got = await bed.get('tokens?index=2&wait=80ms', ADMIN);
    const took = performance.now() - started;
    expect(got).toMatchObject({ status: 200, headers: { 'x-nomad-index': '2' } });
    expect(took).toBeGreaterThanOrEqual(79);
    expect(took).toBeLessThan(1_000);
    expect(await bed.get('tokens?index=18446744073709551615&wait=10ms', ADMIN)).toMatchObject({ status: 200, headers: { 'x-nomad-index': '2' } });
    expect(bed.feed.watchers).toBe(0);
  });

  test('a change between register and read is not missed', async () => {
    for (let i = 0; i < 50; i += 1) {
      const index = bed.at;
      const got = bed.get(`tokens?index=${index}&wait=10s`, ADMIN);
      for (let turn = 0; turn < i % 7; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await bed.write(token(100 + i));
      expect((await got).headers['x-nomad-index']).toBe(String(index + 1));
    }
  });

  test('a change that comes while the state is read wakes', async () => {
    const reads: number[] = [];
    const read = async (): Promise<{ index: number; value: undefined }> => {
      const index = bed.at;
      reads.push(index);
      if (reads.length === 1) await bed.write(token(3));
      return { index, value: undefined };
    };
    const places = new Places({ name: 'watchers', limit: 1 });
    const queries = new BlockingQueries(bed.feed, systemWorld, new WaitingRoom(places, new AbortController().signal));
    await queries.run({ index: 2, waitMs: 10_000, topics: [{ kind: 'token' }], authorize: async () => ({}), read }, client());
    expect(reads).toEqual([2, 3]);
  });

  test('many who wait for the same are all woken with the new state', async () => {
    await using wide = await Bed.open({ maxWaiters: 1_000 });
    await wide.write(management(1), token(2));
    const lists = Array.from({ length: 600 }, () => wide.get('tokens?index=2', ADMIN));
    const selves = Array.from({ length: 300 }, () => wide.get('token/self?index=2', secretOf(2)));
    await eventually(() => wide.feed.watchers === 600 * 2 + 300 * 2);
    await wide.write(token(2, { name: 'renamed' }));
    for (const got of await Promise.all(lists))
      expect(got).toMatchObject({ status: 200, headers: { 'x-nomad-index': '3' }, text: expect.stringContaining('renamed') });
    for (const got of await Promise.all(selves)) expect(got.json()).toMatchObject({ Name: 'renamed', SecretID: secretOf(2) });
    expect(wide.feed.watchers).toBe(0);
  });
});

test.each([
  [0, 1_000, 1_000],
  [0.5, 1_600, 1_650],
  [0.999, 300_000, 318_731.25],
])('the hold is the wait and up to a sixteenth of it: %f of it after %i ms', async (fraction, waitMs, holdMs) => {
  const holds: number[] = [];
  const after = (ms: number, call: () => void): Disposable => {
    holds.push(ms);
    return systemWorld.timers.after(0, call);
  };
  const world: World = { ...systemWorld, timers: { ...systemWorld.timers, after }, random: { ...systemWorld.random, fraction: () => fraction } };
  const places = new Places({ name: 'watchers', limit: 1 });
  const room = new WaitingRoom(places, new AbortController().signal);
  const query = { index: 1, waitMs, topics: [], authorize: async () => ({}), read: async () => ({ index: 1, value: 'last' }) };
  const { result } = await new BlockingQueries(bed.feed, world, room).run(query, client());
  expect(result.value).toBe('last');
  expect(holds).toEqual([holdMs]);
  expect(places.taken).toBe(0);
});

describe('whoever waits', () => {
  test.each(['tokens', `token/${uuid(2)}`])('is refused as soon as its token is revoked: %s', async (path) => {
    await bed.write(management(3));
    const { got } = asked(`${path}?index=3`, secretOf(3));
    await watching(2);
    await bed.write(gone(management(3)));
    expect(await got).toMatchObject({ status: 403, text: 'Permission denied' });
  });

  test('is refused at self when its token is deleted', async () => {
    const { got } = asked('token/self?index=2', secretOf(2));
    await watching(2);
    await bed.write(gone(token(2)));
    expect(await got).toMatchObject({ status: 403, text: 'Permission denied' });
  });

  test('is refused when its token is management no more', async () => {
    await bed.write(management(3));
    const { got } = asked(`token/${uuid(2)}?index=3`, secretOf(3));
    await watching(2);
    await bed.write(token(3));
    expect(await got).toMatchObject({ status: 403, text: 'Permission denied' });
  });

  test.each([
    ['tokens', 'Permission denied'],
    [`token/${uuid(2)}`, 'ACL token expired'],
    ['token/self', 'ACL token expired'],
  ])('is refused in the moment its token expires: %s', async (path, text) => {
    await bed.write(management(3, { expirationTime: new Date(Date.now() + 300).toISOString() }));
    const started = performance.now();
    expect(await bed.get(`${path}?index=3&wait=20s`, secretOf(3))).toMatchObject({ status: 403, text });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('is judged by the clock once more when the time is up', async () => {
    await bed.write(management(3, { expirationTime: '2999-01-01T00:00:00Z' }));
    const { got } = asked('tokens?index=3&wait=150ms', secretOf(3));
    await watching(2);
    bed.clockOffset = Date.parse('3000-01-01T00:00:00Z') - Date.now();
    expect(await got).toMatchObject({ status: 403, text: 'Permission denied' });
  });

  test('is not refused for a far expiry', async () => {
    await bed.write(management(3, { expirationTime: '2999-01-01T00:00:00Z' }));
    expect((await bed.get('tokens?index=3&wait=30ms', secretOf(3))).status).toBe(200);
  });

  test('is one of a bounded number; further ones are refused with 503 and advice', async () => {
    const five = Array.from({ length: 5 }, () => asked('tokens?index=2', ADMIN));
    await watching(10);
    const sixth = await bed.get('tokens?index=2', ADMIN);
    expect(sixth).toMatchObject({ status: 503, text: '5 wait here already: try again, or ask another validator', headers: { 'retry-after': '1' } });
    expect((await bed.get('tokens', ADMIN)).status).toBe(200);
    await bed.write(token(3));
    expect((await Promise.all(five.map(({ got }) => got))).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await bed.get('tokens?index=2', ADMIN)).status).toBe(200);
  });

  test('leaves places for others: one token gets so many, and the next of it is refused with 429', async () => {
    await using shared = await Bed.open({ maxWaiters: 5, maxPerClient: 2 });
    await shared.write(management(1), token(2));
    const own = [shared.get('tokens?index=2', ADMIN), shared.get('policies?index=2', ADMIN)];
    await eventually(() => shared.feed.watchers === 4);
    expect(await shared.get(`token/${uuid(2)}?index=2`, ADMIN)).toMatchObject({ status: 429, text: '2 of this client wait here already', headers: { 'retry-after': '1' } });
    const others = shared.get('token/self?index=2', secretOf(2));
    await eventually(() => shared.feed.watchers === 6);
    await shared.write(token(2, { name: 'renamed' }), policy('readers'));
    for (const got of await Promise.all([...own, others])) expect(got.status).toBe(200);
  });

  test('is answered with the last result when the server stops', async () => {
    const { got } = asked('tokens?index=2', ADMIN);
    await watching(2);
    const stopped = bed.server.stop(5_000);
    expect(await got).toMatchObject({ status: 200, headers: { 'x-nomad-index': '2' } });
    await stopped;
  });

  test('frees everything at once when the client goes away', async () => {
    const url = await bed.listen();
    const leave = new AbortController();
    const gone = request(`${url}/v1/acl/tokens?index=2`, { headers: { 'x-nomad-token': ADMIN }, signal: leave.signal }).catch((error: Error) => error.name);
    await watching(2);
    leave.abort();
    expect(await gone).toBe('AbortError');
    await watching(0);
    expect(bed.failures).toEqual([]);
  });

  test('as the anonymous token is refused when the policy goes', async () => {
    await bed.write(policy('anonymous'));
    const { got } = asked('token/self?index=3');
    await watching(1);
    await bed.write(gone(policy('anonymous')));
    expect((await got).status).toBe(403);
  });
});
