import { digestOf, keyOf, type MintRecord, NO_REVISION, type Revision } from '@mintmark/domain';
import type { Log } from '@mintmark/log';
import { openNatsLog } from '@mintmark/log/nats';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN } from '../harness/nats.ts';
import type { AclApi, Minted } from './support/acl.ts';
import { bootstrapped, type Fixture, openFixture } from './support/fixture.ts';
import { json } from './support/http.ts';
import { until } from './support/until.ts';

/** Secrets of the forger's own choice. */
const FORGED = ['11111111-2222-4333-8444-555555555555', '66666666-7777-4888-8999-aaaaaaaaaaaa'] as const;

/** P10: somebody has the passwords of the administrators of NATS and of Redis in eu, and no key of an issuer. */
describe('whoever can write to the stores of a region', () => {
  const stack = new AsyncDisposableStack();
  let regions: Fixture;
  let good: Minted;
  let log: Log;
  let redis: Redis;
  const row = (kind: string, id: string): [string, string] => ['{mintmark:eu-west}:state', `${kind}/${id}`];

  beforeAll(async () => {
    regions = await bootstrapped(await openFixture(stack, 'distributed'));
    const { us, eu } = regions;
    const { env } = eu.region.operator;
    log = stack.adopt(await openNatsLog({ servers: [(env.MINTMARK_NATS_SERVERS ?? '').replace('nats://', '')], ...ADMIN, region: 'eu-west', replicas: 1 }), (opened) => opened.close());
    redis = stack.adopt(new Redis(env.MINTMARK_REDIS_URL ?? ''), (opened) => void opened.disconnect());
    good = await minted(us, eu);
  }, 180_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  /** A global token that eu shows and no validator of eu was ever asked about. */
  async function minted(us: AclApi, eu: AclApi): Promise<Minted> {
    const token = await us.mint({ Global: true });
    await until('eu has it', async () => (await redis.hexists(...row('token', token.AccessorID))) === 1);
    expect(eu.region.name).toBe('eu-west');
    return token;
  }

  async function put(record: MintRecord): Promise<Revision> {
    const before = await log.get(keyOf(record));
    return log.append({ ...record, createIndex: NO_REVISION, writeId: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url') } as MintRecord, { key: before?.revision ?? NO_REVISION });
  }

  const recordOf = async (id: string): Promise<MintRecord> => (await log.get({ scope: 'global', kind: 'token', id }))?.record as MintRecord;
  /** Records that eu's replicator has refused since it began. */
  const refused = async (): Promise<number> => {
    const text = await (await fetch(`http://${regions.eu.region.operator.env.MINTMARK_OPS_LISTEN}/metrics`)).text();
    return [...text.matchAll(/^mintmark_replicator_set_aside_total\{[^}]*why="refused"[^}]*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const othersGoOn = async (): Promise<void> => {
    expect(await verdict(regions.eu, good.SecretID)).toBe('allow');
    const next = await minted(regions.us, regions.eu);
    expect(await verdict(regions.eu, next.SecretID)).toBe('allow');
  };

  test('mints no token in NATS, with a borrowed signature or without one; it is told of, and others go on', async () => {
    const { signature, ...bare } = await recordOf(good.AccessorID);
    const before = await refused();
    for (const [at, secret] of FORGED.entries()) {
      const body = { ...(bare as { body: object }).body, type: 'management', policies: null, secret: { digest: digestOf(secret), sealed: new Uint8Array() } };
      await put({ ...bare, ...(at === 0 && signature !== undefined ? { signature } : {}), id: secret, body } as MintRecord);
    }
    await until('it is told of', async () => (await refused()) === before + FORGED.length);
    for (const secret of FORGED) expect(await verdict(regions.eu, secret)).not.toBe('allow');
    await othersGoOn();
  }, 60_000);

  test('brings no revoked token back in NATS, and makes none more than it is', async () => {
    const { us, eu } = regions;
    const [revoked, raised] = [await minted(us, eu), await minted(us, eu)];
    const alive = await recordOf(revoked.AccessorID);
    expect(await verdict(eu, revoked.SecretID)).toBe('allow');
    await us.delete(revoked.AccessorID);
    await until('eu denies it', async () => (await verdict(eu, revoked.SecretID)) === 'deny');
    const before = await refused();
    await put(alive);
    const record = await recordOf(raised.AccessorID);
    await put({ ...record, body: { ...(record as { body: object }).body, type: 'management', policies: null } } as MintRecord);
    await until('both are told of', async () => (await refused()) === before + 2);
    for (const token of [revoked, raised]) expect(json<{ principal?: { type: string } }>(await ask(eu, token.SecretID)).principal?.type).not.toBe('management');
    expect(await verdict(eu, revoked.SecretID)).not.toBe('allow');
    await othersGoOn();
  }, 60_000);

  test('alters, moves and brings back no record in Redis; the validator says so', async () => {
    const { us, eu } = regions;
    const [altered, moved, replaced] = [await minted(us, eu), await minted(us, eu), await minted(us, eu)];
    const old = (await redis.hgetBuffer(...row('token', replaced.AccessorID))) as Buffer;
    expect(await verdict(eu, replaced.SecretID)).toBe('allow');
    await us.delete(replaced.AccessorID);
    await until('eu denies it', async () => (await verdict(eu, replaced.SecretID)) === 'deny');
    const bytes = (await redis.hgetBuffer(...row('token', altered.AccessorID))) as Buffer;
    const at = bytes.indexOf(altered.Name);
    expect(at).toBeGreaterThan(0);
    await redis.hset(...row('token', altered.AccessorID), Buffer.from(bytes).fill('X', at, at + 1));
    await redis.hset(...row('token', moved.AccessorID), (await redis.hgetBuffer(...row('token', good.AccessorID))) as Buffer);
    await redis.hset(...row('token', replaced.AccessorID), old);
    await redis.hset('{mintmark:eu-west}:state', Buffer.concat([Buffer.from('token.secret/'), Buffer.from(digestOf(replaced.SecretID), 'hex')]), replaced.AccessorID);
    for (const { SecretID } of [altered, moved, replaced]) expect(await verdict(eu, SecretID)).not.toBe('allow');
    const ready = await (await fetch(`${eu.region.http}/readyz`)).text();
    expect(ready).toContain('ALARM');
    await othersGoOn();
  }, 60_000);
});

function ask(api: AclApi, secret: string) {
  return api.as(undefined).send('POST', '/v1/validate', { body: { credential: { dialect: 'acl', value: secret } } });
}

async function verdict(api: AclApi, secret: string): Promise<string> {
  return json<{ verdict: string }>(await ask(api, secret)).verdict;
}
