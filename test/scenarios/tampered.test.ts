import { namesOf } from '@mintmark/log/nats';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe, expect, test } from 'vitest';
import { ADMIN } from '../harness/nats.ts';
import { withRedis } from '../harness/redis.ts';
import type { Region } from '../harness/regions.ts';
import { output, run } from './cli/run.ts';
import { type AclApi, indexOf, type Minted } from './support/acl.ts';
import { expectJson } from './support/expect.ts';
import { useCluster } from './support/fixture.ts';
import { until } from './support/until.ts';

/** What somebody with a hand on NATS or Redis deletes and alters is found, told, and repaired (P1, P3, P13). */
describe('stores that somebody has changed by hand', () => {
  const fixture = useCluster('distributed');

  const verify = (...args: string[]) => {
    const { region, secret } = fixture().us;
    return run(['region', 'verify', ...args], { env: { MINTMARK_ADDR: region.http, MINTMARK_TOKEN: secret ?? '' } });
  };

  const whole = async (...tokens: readonly Minted[]): Promise<void> => {
    for (const api of [fixture().us, fixture().eu]) {
      for (const { SecretID, AccessorID } of tokens) {
        await until(`${AccessorID} works in ${api.region.name}`, async () => (await api.as(SecretID).self()).status === 200);
      }
    }
  };

  const indexOfRegion = async (api: AclApi): Promise<number> => indexOf(await api.list());

  test('nothing differs where nobody has', async () => {
    const { us } = fixture();
    await us.mint();
    await whole(await us.mint({ Global: true }));
    const printed = await output(verify());
    expect(printed).toMatch(/^us-east: log and view: equal, \d+ records$/m);
    expect(printed).toMatch(/^eu-west: copy and authority: equal, \d+ records$/m);
    expect(printed).toMatch(/^ap-south: copy and authority: equal, \d+ records$/m);
  }, 120_000);

  test('what is gone from the log and the view of a copy, or altered there, is back', async () => {
    const { us, eu } = fixture();
    const [unlogged, unshown, garbled, kept] = [await us.mint({ Global: true }), await us.mint({ Global: true }), await us.mint({ Global: true }), await us.mint({ Global: true })];
    await whole(unlogged, unshown, garbled, kept);
    const before = await indexOfRegion(eu);
    await takeFromLog(eu.region, `g.token.${unlogged.AccessorID}`);
    await withRedis(redisPort(eu.region), async (redis) => {
      await redis.hdel(stateOf(eu.region), `token/${unshown.AccessorID}`);
      await redis.hset(stateOf(eu.region), `token/${garbled.AccessorID}`, '7\nnothing that can be read');
    });
    const listed = expectJson<readonly { readonly AccessorID: string }[]>(await eu.list()).map(({ AccessorID }) => AccessorID);
    expect([unlogged, unshown, garbled, kept].map(({ AccessorID }) => listed.includes(AccessorID))).toEqual([true, false, false, true]);
    const { code, stdout } = await verify('-region=eu-west');
    // Both comparisons run at once: whichever comes first repairs it.
    expect(stdout).toMatch(new RegExp(`g\\.token\\.${unlogged.AccessorID}  (the log lacks it|it is missing)  repaired`));
    expect(stdout).toContain(`g.token.${unshown.AccessorID}  the view lacks it  repaired`);
    expect(stdout).toContain(`g.token.${garbled.AccessorID}  the view has something that cannot be read in its place  repaired`);
    expect(code).toBe(2);
    await whole(unlogged, unshown, garbled, kept);
    for (const token of [unlogged, unshown, garbled]) expect(expectJson<{ CreateIndex: number }>(await eu.read(token.AccessorID)).CreateIndex).toBeLessThanOrEqual(before);
    expect(await indexOfRegion(eu)).toBeGreaterThan(before);
    const repairs = [...(await metricsOf(eu.region)).matchAll(/^mintmark_replicator_repairs_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
    expect(repairs.reduce((sum, count) => sum + count, 0)).toBe(3);
    await output(verify('-region=eu-west'));
  }, 120_000);

  test('what the authority’s own log has lost is back from its view, a local record too', async () => {
    const { us } = fixture();
    const [global, local, last] = [await us.mint({ Global: true }), await us.mint(), await us.mint({ Global: true })];
    await whole(global, last);
    const before = await indexOfRegion(us);
    await takeFromLog(us.region, `g.token.${global.AccessorID}`);
    await takeFromLog(us.region, `l.token.${local.AccessorID}`);
    const { code, stdout } = await verify('-region=us-east', '-json');
    expect(code).toBe(2);
    const [{ comparisons }] = JSON.parse(stdout) as [{ readonly comparisons: readonly { readonly with: string; readonly repaired: number; readonly differing: number }[] }];
    expect(comparisons).toEqual([expect.objectContaining({ with: 'view', differing: 2, repaired: 2 })]);
    await whole(global);
    expect(await indexOfRegion(us)).toBeGreaterThan(before);
    // The decisions that stand on them go on.
    for (const { AccessorID } of [global, local]) expect((await us.delete(AccessorID)).status).toBe(200);
  }, 120_000);

  test('only a management token may ask', async () => {
    const { us } = fixture();
    const client = await us.mint();
    const { code, stderr, stdout } = await run(['region', 'verify'], { env: { MINTMARK_ADDR: us.region.http, MINTMARK_TOKEN: client.SecretID } });
    expect([code, stdout + stderr]).toEqual([1, expect.stringContaining('not verified')]);
  }, 60_000);

  test('a log that is lost while a row of its view cannot be read is written again with all others, and that is told of', async () => {
    const { us, eu } = fixture();
    const [garbled, kept, home] = [await us.mint({ Global: true }), await us.mint({ Global: true }), await eu.mint()];
    await whole(garbled, kept);
    await withRedis(redisPort(eu.region), (redis) => redis.hset(stateOf(eu.region), `token/${garbled.AccessorID}`, '7\nnothing that can be read'));
    await eu.region.deleteLog();
    await until('the region takes writes again', async () => (await eu.create({ Name: 'after', Type: 'client', Policies: ['readonly'] })).status === 200, { within: 30_000 });
    expect((await eu.as(home.SecretID).self()).status).toBe(200);
    await whole(kept, garbled);
    const [, told] = /^mintmark_replicator_set_aside_total\{source="view",why="unreadable",.*\} (\d+)$/m.exec(await metricsOf(eu.region)) ?? [];
    expect(Number(told)).toBeGreaterThanOrEqual(1);
  }, 120_000);
});

function stateOf({ name }: Region): string {
  return `{mintmark:${name}}:state`;
}

function redisPort({ operator }: Region): number {
  return Number(new URL(operator.env.MINTMARK_REDIS_URL ?? '').port);
}

/** Deletes the message of a key, of which no reader of the log is told. */
async function takeFromLog({ name, operator }: Region, key: string): Promise<void> {
  const { stream, of } = namesOf(name);
  await using nc = await connect({ servers: new URL(operator.env.MINTMARK_NATS_SERVERS ?? '').host, ...ADMIN });
  const { streams } = await jetstreamManager(nc);
  const message = await streams.getMessage(stream, { last_by_subj: of('*').filter('all').replace(/>$/, key) });
  if (message === null) throw new Error(`${key} is not in the log`);
  await streams.deleteMessage(stream, message.seq);
}

async function metricsOf({ operator }: Region): Promise<string> {
  return (await fetch(`http://${operator.env.MINTMARK_OPS_LISTEN}/metrics`)).text();
}
