import { aToken, again } from '@mintmark/log/conformance';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { Follower, fill, type NatsRig, NEVER, natsRig, type Opened } from './nats-rig.ts';

let rig: NatsRig;
/** Writes right at the server. */
let near: Opened;
/** Reads through the proxy. */
let far: Opened;

beforeEach(async () => {
  rig = await natsRig();
  near = await rig.near();
  far = await rig.far();
});

afterEach(() => rig[Symbol.asyncDispose]());

/** Milliseconds from `since` to the first warning of a lost consumer. */
async function noticed(since: number): Promise<number> {
  const warning = await eventually(() => far.warnings.find(({ at, text }) => at > since && text.includes('lost its consumer')), {
    what: 'a warning of a lost consumer',
  });
  return warning.at - since;
}

it('the last message lost before a connection drop comes without another write', async () => {
  await using follower = new Follower(far.log);
  await follower.until(await fill(near.log, 3));
  rig.proxy.deafen();
  const lost = await near.log.append(aToken(), NEVER);
  rig.proxy.cut();
  await follower.until(lost, 2_000);
  expect(follower.entries).toHaveLength(4);
  expect(far.warnings.at(-1)?.text).toContain('the connection was lost');
});

it('the last message lost on a connection that stays comes without another write', async () => {
  await using follower = new Follower(far.log);
  await follower.until(await fill(near.log, 3));
  rig.proxy.loseFromServer('$JS.ACK.');
  await follower.until(await near.log.append(aToken(), NEVER), 2_000);
  expect(far.warnings.at(-1)?.text).toContain('a heartbeat names consumer sequence 4 after 3');
});

it('a message lost in the middle comes in its order', async () => {
  await using follower = new Follower(far.log);
  await follower.until(await fill(near.log, 3));
  rig.proxy.loseFromServer('$JS.ACK.');
  await follower.until(await fill(near.log, 3), 2_000);
  expect(follower.entries.map((entry) => entry.revision)).toEqual([1, 2, 3, 4, 5, 6]);
});

it('a deleted consumer is noticed within 2 s', async () => {
  await using follower = new Follower(far.log);
  await follower.until(await fill(near.log, 1));
  const since = performance.now();
  await rig.admin(async (nc) => {
    const manager = await jetstreamManager(nc);
    for await (const { name } of manager.consumers.list(rig.names.stream)) await manager.consumers.delete(rig.names.stream, name);
  });
  expect(await noticed(since)).toBeLessThan(2_000);
  await follower.until(await near.log.append(aToken(), NEVER));
});

it('a subscription that falls silent is noticed within 2 s', async () => {
  await using follower = new Follower(far.log);
  await follower.until(await fill(near.log, 1));
  const since = performance.now();
  rig.proxy.muteServer(['$JS.ACK.', 'Idle Heartbeat'], 'CONSUMER.CREATE');
  const lost = await near.log.append(aToken(), NEVER);
  expect(await noticed(since)).toBeLessThan(2_000);
  await follower.until(lost, 1_000);
});

it('a frozen server is noticed within 2 s and the tail goes on when it is back', async () => {
  await using follower = new Follower(far.log);
  await follower.until(await fill(near.log, 1));
  const since = performance.now();
  await rig.server.freeze();
  expect(await noticed(since)).toBeLessThan(2_000);
  await rig.server.thaw();
  await follower.until(await near.log.append(aToken(), NEVER));
});

it('a connection that loses everything is noticed within 2 s and replaced', async () => {
  await using follower = new Follower(far.log);
  await follower.until(await fill(near.log, 1));
  const since = performance.now();
  rig.proxy.blackhole();
  const lost = await near.log.append(aToken(), NEVER);
  expect(await noticed(since)).toBeLessThan(2_000);
  await follower.until(lost, 1_500);
});

it('over killed and restarted servers nothing is missed and nothing comes twice', async () => {
  await using follower = new Follower(far.log);
  const acknowledged: number[] = [];
  const writing = new AbortController();
  const writer = async (): Promise<void> => {
    while (!writing.signal.aborted) acknowledged.push(await near.log.append(aToken(), NEVER));
  };
  const writers = Promise.all(Array.from({ length: 8 }, writer));
  for (let round = 1; round <= 3; round += 1) {
    await eventually(() => acknowledged.length > 200 * round);
    await rig.server.kill();
    await rig.server.restart();
  }
  writing.abort();
  await writers;
  const { revision: head } = await near.log.head();
  await follower.until(head);
  const seen = follower.entries.map((entry) => entry.revision);
  expect(seen).toEqual(expect.arrayContaining(acknowledged));
  expect(seen).toEqual(Array.from({ length: head }, (_, at) => at + 1));
});

it('an idle global reader is told how far the log moved, from heartbeats alone', async () => {
  await using follower = new Follower(far.log, { scope: 'global' });
  await follower.until(await fill(near.log, 1));
  await follower.until(await near.log.append(aToken({ scope: 'local' }), NEVER), 2_000);
  expect(follower.entries).toHaveLength(1);
});

it('a consumer starts at a sequence, never at the last message of each subject', async () => {
  const token = aToken();
  const first = await near.log.append(token, NEVER);
  await near.log.append(again(token), { key: first });
  await using follower = new Follower(far.log);
  await follower.until(await fill(near.log, 1));
  const configs = await rig.admin(async (nc) => {
    const consumers = (await jetstreamManager(nc)).consumers.list(rig.names.stream);
    return (await consumers.next()).map(({ config }) => config);
  });
  expect(configs).toEqual([expect.objectContaining({ deliver_policy: 'by_start_sequence', flow_control: true, ack_policy: 'none', mem_storage: true })]);
  expect(configs[0]?.idle_heartbeat).toBeLessThanOrEqual(1_000_000_000);
});
