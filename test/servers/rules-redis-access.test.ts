import { inspect } from 'node:util';
import { NO_REVISION } from '@mintmark/domain';
import { openRedisView, openRedisViewReader } from '@mintmark/view/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { withRedis } from '../harness/redis.ts';
import { addUser } from './redis-users.ts';
import { newToken } from './view-fold.ts';
import { codeOf, Feed, REGION, refusal, SOURCE, type ViewRig, viewRig, write } from './view-rig.ts';

const PASSWORD = 'canary-password-4711';
const STATE = `{mintmark:${REGION}}:state`;
const OTHER = '{mintmark:us-east}:state';

let rig: ViewRig;
const token = newToken();

beforeAll(async () => {
  rig = await viewRig();
  await addUser(rig.server.port, 'reader', REGION, 'reader', PASSWORD);
  await addUser(rig.server.port, 'replicator', REGION, 'writer', PASSWORD);
  await write(rig, 0, token);
});

afterAll(() => rig[Symbol.asyncDispose]());

/** Runs commands as a user, and returns how the server refused each; `undefined` for those that it took. */
async function refusals(username: string, commands: readonly (readonly string[])[]): Promise<readonly (string | undefined)[]> {
  const redis = new Redis({ host: rig.server.host, port: rig.server.port, username, password: PASSWORD, protocol: 2, disableClientInfo: true });
  try {
    const calls = commands.map(([command = '', ...args]) => redis.call(command, ...args));
    const outcomes = await Promise.allSettled(calls);
    return outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as Error).message.split(' ')[0] : undefined));
  } finally {
    redis.disconnect();
  }
}

async function functionNames(): Promise<readonly string[]> {
  const libraries = await withRedis(rig.server.port, (redis) => redis.function('LIST'));
  return JSON.stringify(libraries).match(/mintmark_view_[0-9a-f]+_\w+/g) ?? [];
}

describe("a reader's user", () => {
  it('can read and follow a view', async () => {
    const { host, port } = rig.server;
    const reader = await openRedisViewReader({ host, port, username: 'reader', password: PASSWORD, region: REGION });
    expect((await reader.get('token', token.id)).value?.revision).toBe(1);
    expect((await reader.find('token', 'secret', token.body.secret.digest)).value?.record.id).toBe(token.id);
    expect((await reader.list('token', { order: 'created', limit: 1 })).value).toHaveLength(1);
    await using feed = new Feed(reader, rig.epoch, 0);
    await eventually(() => feed.revisions.length === 1);
    await reader.close();
  });

  it('cannot write, run scripts of its own, administer, or look elsewhere', async () => {
    const names = await functionNames();
    const before = await withRedis(rig.server.port, (redis) => redis.hgetall(STATE));
    const commands = [
      ['HSET', STATE, '@revision', '9'],
      ['HDEL', STATE, '@epoch'],
      ['SET', `{mintmark:${REGION}}:x`, '1'],
      ['DEL', STATE],
      ['UNLINK', STATE],
      ['EXPIRE', STATE, '1'],
      ['RENAME', STATE, `${STATE}2`],
      ['COPY', STATE, `${STATE}2`],
      ['ZADD', `{mintmark:${REGION}}:ids:token`, '0', 'x'],
      ['XADD', `{mintmark:${REGION}}:feed:${rig.epoch}`, '*', 'c', '+token/x'],
      ['XTRIM', `{mintmark:${REGION}}:feed:${rig.epoch}`, 'MAXLEN', '0'],
      ['EVAL', 'return 1', '0'],
      ['EVAL_RO', 'return 1', '0'],
      ['SCRIPT', 'LOAD', 'return 1'],
      ['FUNCTION', 'LOAD', "#!lua name=x\nredis.register_function('x', function() return 1 end)"],
      ['FUNCTION', 'FLUSH'],
      ...names.map((name) => ['FCALL', name, '1', STATE, rig.epoch]),
      ['FLUSHALL'],
      ['CONFIG', 'GET', '*'],
      ['ACL', 'LIST'],
      ['KEYS', '*'],
      ['SCAN', '0'],
      ['SLOWLOG', 'GET'],
      ['SHUTDOWN', 'NOSAVE'],
      ['CLIENT', 'LIST'],
      ['MONITOR'],
      ['SUBSCRIBE', 'x'],
      ['PUBLISH', 'x', 'y'],
      ['HMGET', OTHER, '@epoch'],
      ...names.map((name) => ['FCALL_RO', name, '1', OTHER, 'token', 'x']),
    ];
    const outcomes = await refusals('reader', commands);
    expect(commands.filter((_, i) => outcomes[i] !== 'NOPERM')).toEqual([]);
    expect(await withRedis(rig.server.port, (redis) => redis.hgetall(STATE))).toEqual(before);
  });

  it('cannot write by calling a writing function as a reading one', async () => {
    const writing = (await functionNames()).filter((name) => /_(apply|mark|reset)$/.test(name));
    expect(writing).toHaveLength(3);
    const outcomes = await refusals('reader', writing.map((name) => ['FCALL_RO', name, '1', STATE, rig.epoch, '1', '2', '9']));
    expect(outcomes).toEqual(['ERR', 'ERR', 'ERR']);
    expect((await rig.reader.watermark()).revision).toBe(1);
  });
});

describe("a writer's user", () => {
  it("cannot touch another region's view, nor administer", async () => {
    const { host, port } = rig.server;
    const elsewhere = await openRedisView({ host, port, username: 'writer', password: PASSWORD, region: 'us-east' });
    expect(await codeOf(elsewhere.reset({ source: SOURCE, floor: NO_REVISION }))).toBe('unavailable');
    await elsewhere.close();
    const commands = [['HSET', OTHER, 'a', 'b'], ['FLUSHALL'], ['EVAL', 'return 1', '0'], ['CONFIG', 'SET', 'save', ''], ['FUNCTION', 'FLUSH']];
    expect(await refusals('writer', commands)).toEqual(commands.map(() => 'NOPERM'));
  });
});

describe('an error', () => {
  it('of a refused login tells neither password nor user', async () => {
    const { host, port } = rig.server;
    const wrong = `${PASSWORD}-wrong`;
    for (const endpoint of [{ host, port, username: 'reader', password: wrong }, { url: `redis://reader:${wrong}@${host}:${port}` }]) {
      const reader = await openRedisViewReader({ ...endpoint, region: REGION });
      const error = await refusal(reader.watermark());
      expect(error.code).toBe('unavailable');
      expect(error.message).toContain('WRONGPASS');
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(PASSWORD);
      await reader.close();
    }
  });

  it('of a refused read or write tells nothing of what was asked or written', async () => {
    const { port } = rig.server;
    const mine = newToken();
    const { digest } = mine.body.secret;
    await withRedis(port, (redis) => redis.multi().rename(STATE, 'aside').set(STATE, 'x').exec());
    const calls = [rig.reader.get('token', mine.id), rig.reader.find('token', 'secret', digest), write(rig, 1, mine)];
    for (const error of await Promise.all(calls.map(refusal))) {
      expect([error.code, error.message.includes('WRONGTYPE')]).toEqual(['unavailable', true]);
      const told = inspect(error, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null });
      for (const text of [mine.id, digest, digest.match(/../g)?.join(' ') ?? '', rig.epoch]) expect(told).not.toContain(text);
    }
    await withRedis(port, (redis) => redis.rename('aside', STATE));
    expect((await rig.reader.get('token', token.id)).value?.revision).toBe(1);
  });

  it('of a malformed address tells the accepted form, not the address', async () => {
    for (const url of [`http://u:${PASSWORD}@h`, `redis://u:${PASSWORD}@h/x`, PASSWORD, '']) {
      const problem = await openRedisViewReader({ url, region: REGION }).catch((error: unknown) => error);
      expect(problem).toBeInstanceOf(RangeError);
      expect(inspect(problem)).toContain('redis://');
      expect(inspect(problem)).not.toContain(PASSWORD);
    }
    await expect(openRedisViewReader({ host: 'h', port: 1, region: 'a}b' })).rejects.toThrow(RangeError);
  });
});

describe('a view that somebody else wrote into', () => {
  it('finds nobody by a key that is not their own', async () => {
    const mine = newToken();
    await withRedis(rig.server.port, (redis) => redis.hset(STATE, keyField(mine.body.secret.digest), token.id));
    expect(await codeOf(rig.reader.find('token', 'secret', mine.body.secret.digest))).toBe('refused');
  });

  it('finds a record that cannot be read neither absent nor present, and every other one', async () => {
    const id = 'broken';
    for (const value of ['', 'garbage', '7\n', '7\n\u0001\u0002', 'x\nabc']) {
      await withRedis(rig.server.port, (redis) => redis.hset(STATE, `token/${id}`, value));
      expect(await codeOf(rig.reader.get('token', id))).toBe('refused');
    }
    expect((await rig.reader.get('token', token.id)).value?.revision).toBe(1);
  });

  it('lists every record but those that cannot be read, or stand under another id, names these, and makes no gaps', async () => {
    await using other = await viewRig();
    const tokens = Array.from({ length: 40 }, () => newToken());
    await write(other, 0, ...tokens);
    const ids = tokens.map(({ id }) => id);
    const bad = ids.filter((_, n) => n % 4 === 0 || n > 35);
    const moved = await withRedis(other.server.port, (redis) => redis.hgetBuffer(STATE, `token/${ids[1]}`));
    for (const [n, id] of bad.entries()) await withRedis(other.server.port, (redis) => redis.hset(STATE, `token/${id}`, n === 0 ? (moved ?? '') : '7\ngarbage'));
    const good = ids.filter((id) => !bad.includes(id));
    for (const order of ['created', 'id'] as const) {
      for (const reverse of [false, true]) {
        const sorted = [...(order === 'id' ? good.toSorted() : good)];
        const wanted = reverse ? sorted.toReversed() : sorted;
        for (const limit of [1, 3, wanted.length, 1_000]) {
          const { value, refused = [] } = await other.reader.list('token', { order, reverse, limit });
          expect(value.map(({ record }) => record.id)).toEqual(wanted.slice(0, limit));
          expect(bad).toEqual(expect.arrayContaining([...refused]));
          if (limit > wanted.length) expect(refused.toSorted()).toEqual(bad.toSorted());
        }
      }
    }
  });
});

function keyField(digest: string): Buffer {
  return Buffer.concat([Buffer.from('token.secret/'), Buffer.from(digest, 'hex')]);
}
