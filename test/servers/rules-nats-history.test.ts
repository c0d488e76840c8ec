import { revision } from '@mintmark/domain';
import { aToken, again, gone } from '@mintmark/log/conformance';
import { openNatsLogReader } from '@mintmark/log/nats';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { bury, Follower, fill, type NatsRig, NEVER, natsRig, type Opened, refusal } from './nats-rig.ts';

let rig: NatsRig;
let near: Opened;
let far: Opened;

beforeEach(async () => {
  rig = await natsRig();
  near = await rig.near();
  far = await rig.far();
});

afterEach(() => rig[Symbol.asyncDispose]());

describe('a log that went back', () => {
  /** Appends ten, and puts the server back to where it was before the last five: what a power loss or a restored backup does. */
  async function goBack(): Promise<void> {
    await fill(near.log, 5);
    await using snapshot = await rig.server.snapshot();
    await fill(near.log, 5);
    await rig.server.kill();
    await rig.server.restoreSnapshot(snapshot);
    await rig.server.restart();
  }

  it('ends a tail that saw more with regressed and its head', async () => {
    await using follower = new Follower(far.log);
    await follower.until(await fill(near.log, 1));
    await goBack();
    expect(await follower.ended()).toMatchObject({ code: 'regressed', revision: 6 });
  });

  it('ends a new tail from beyond its head with regressed', async () => {
    await goBack();
    await using follower = new Follower((await rig.near()).log, { after: revision(10) });
    expect(await follower.ended()).toMatchObject({ code: 'regressed', revision: 5 });
  });

  it('is told by what was received even when it has grown beyond it again', async () => {
    await using follower = new Follower(far.log);
    await follower.until(await fill(near.log, 1));
    await fill(near.log, 5);
    await using snapshot = await rig.server.snapshot();
    await follower.until(await fill(near.log, 1));
    rig.proxy.down();
    await rig.server.kill();
    await rig.server.restoreSnapshot(snapshot);
    await rig.server.restart();
    await fill((await rig.near()).log, 20);
    rig.proxy.heal();
    expect(await follower.ended()).toMatchObject({ code: 'regressed', revision: 26 });
  });

  it('takes no append from a writer that saw more, so no revision is given twice', async () => {
    await goBack();
    const refused = await refusal(near.log.append(aToken(), NEVER));
    expect(refused).toMatchObject({ code: 'unavailable', message: expect.stringContaining('went back to 5, but 10 was seen') });
    expect((await near.log.head()).revision).toBeLessThan(10);
    expect(near.warnings.at(-1)?.text).toContain('it lost its end');
  });

  it('is told of in the log by a writer that saw more, so that readers who did not hear of it too', async () => {
    await using follower = new Follower(far.log, { after: revision(5) });
    await goBack();
    await refusal(near.log.append(aToken(), NEVER));
    await using another = new Follower((await rig.near()).log, { after: revision(5) });
    for (const one of [follower, another]) expect(await one.ended()).toMatchObject({ code: 'regressed' });
  });
});

describe('a log that was made anew', () => {
  async function makeAnew(): Promise<void> {
    await fill(near.log, 3);
    await rig.admin(async (nc) => (await jetstreamManager(nc)).streams.delete(rig.names.stream));
    await fill((await rig.near()).log, 10);
  }

  it('ends a tail with regressed', async () => {
    await using follower = new Follower(far.log);
    await follower.until(await fill(near.log, 1));
    await makeAnew();
    expect(await follower.ended()).toMatchObject({ code: expect.stringMatching(/^(regressed|missing)$/) });
  });

  it('takes no append from who opened the other one', async () => {
    await fill(far.log, 1);
    await makeAnew();
    rig.proxy.cut();
    expect(await refusal(far.log.append(aToken(), NEVER))).toMatchObject({ code: 'unavailable', message: expect.stringContaining('incarnation') });
  });

  it('is noticed by a writer whose connection lasted', async () => {
    await fill(far.log, 1);
    await makeAnew();
    const refused = await eventually(() =>
      far.log.append(aToken(), NEVER).then(
        () => false as const,
        (error: Error) => error,
      ),
    );
    expect(refused).toMatchObject({ code: 'unavailable', message: expect.stringContaining('incarnation') });
  });

  it('begins above its base, so that the index does not go back', async () => {
    const at = await fill(near.log, 3);
    const before = await near.log.head();
    await rig.admin(async (nc) => (await jetstreamManager(nc)).streams.delete(rig.names.stream));
    const anew = await rig.near({ base: at });
    expect(await anew.log.head()).toMatchObject({ revision: at, compacted: 0 });
    expect((await anew.log.head()).incarnation).not.toBe(before.incarnation);
    expect(await anew.log.append(aToken(), NEVER)).toBe(at + 1);
  });

  it('keeps its incarnation when the server restarts', async () => {
    const before = await near.log.head();
    await rig.server.kill();
    await rig.server.restart();
    expect((await (await rig.near()).log.head()).incarnation).toBe(before.incarnation);
  });

  it('is not made by who only opens what is there', async () => {
    expect(await refusal(rig.near({ region: 'nowhere', create: false }))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('KV_mintmark-nowhere does not exist'),
    });
  });
});

describe('purged tombstones', () => {
  it('end a tail that was away before they came with compacted', async () => {
    const token = aToken();
    const live = await near.log.append(token, NEVER);
    await using follower = new Follower(far.log);
    await follower.until(live);
    rig.proxy.down();
    const died = await near.log.append(gone(token), { key: live });
    await near.log.compact(died);
    const at = await fill(near.log, 1);
    rig.proxy.heal();
    expect(await follower.ended()).toMatchObject({ code: 'compacted', revision: died });
    await using fresh = new Follower(far.log);
    await fresh.until(at);
    expect([...fresh.folded.values()].map((entry) => entry.revision)).toEqual([at]);
  });

  it('are marked before the first one goes', async () => {
    const { token, at } = await bury(near.log);
    const cut = rig.proxy.loseFromClient('STREAM.MSG.DELETE');
    const stop = new AbortController();
    const compacting = refusal(far.log.compact(at, { signal: stop.signal }));
    await cut;
    rig.proxy.down();
    expect((await near.log.head()).compacted).toBe(at);
    expect((await near.log.get(token))?.revision).toBe(at);
    stop.abort(new Error('left'));
    expect((await compacting).message).toBe('left');
    expect(await near.log.compact(at)).toBe(1);
  });

  it('are not taken for the key that was written again meanwhile', async () => {
    const { token, at } = await bury(near.log);
    const held = rig.proxy.holdFromClient('STREAM.MSG.DELETE');
    const compacting = far.log.compact(at);
    const release = await held;
    const back = await near.log.append(again(token), { key: at });
    release();
    expect(await compacting).toBe(0);
    expect(await near.log.get(token)).toMatchObject({ revision: back, record: { deleted: false } });
  });

  it('do not take the head with them, also over a killed server', async () => {
    const { at } = await bury(near.log);
    await near.log.compact(at);
    const before = await near.log.head();
    expect(before).toMatchObject({ revision: at, compacted: at });
    await rig.server.kill();
    await rig.server.restart();
    expect(await near.log.head()).toEqual(before);
    expect(await near.log.append(aToken(), { head: at })).toBeGreaterThan(at);
  });

  it('are known to a writer that did not purge them: the head it expects holds', async () => {
    const { at } = await bury(near.log);
    await fill(far.log, 1);
    const { revision: head } = await far.log.head();
    await near.log.compact(at);
    expect((await far.log.head()).revision).toBe(head);
    expect(await far.log.append(aToken(), { head })).toBeGreaterThan(head);
  });

  it('are told to a reader of another region', async () => {
    const { at } = await bury(near.log);
    await near.log.compact(at);
    const reader = await openNatsLogReader({ servers: [`127.0.0.1:${rig.server.port}`], region: rig.region });
    try {
      expect(await reader.head()).toEqual(await near.log.head());
    } finally {
      await reader.close();
    }
  });
});
