import type { Revision } from '@mintmark/domain';
import type { LogError } from '@mintmark/log';
import { aToken, again, gone } from '@mintmark/log/conformance';
import type { IncarnationNames } from '@mintmark/log/nats';
import { type JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

/** Subjects of the log's present incarnation. */
async function own(): Promise<IncarnationNames> {
  return rig.names.of((await near.log.head()).incarnation);
}

/** Starts an append through the proxy that is written, but whose answer is lost, and whose writer cannot come back before `heal`. */
async function appendUnheard(
  record: ReturnType<typeof aToken>,
  key: Revision,
): Promise<{ readonly at: Revision; readonly outcome: Promise<Revision | LogError> }> {
  rig.proxy.loseNextAnswer();
  const outcome = far.log.append(record, { key }).catch((error: LogError) => error);
  const found = await eventually(async () => {
    const entry = await near.log.get(record);
    return entry?.record.writeId === record.writeId && entry;
  });
  rig.proxy.down();
  return { at: found.revision, outcome };
}

it('a write that was not answered is found again after the server was killed', async () => {
  const token = aToken();
  const { at, outcome } = await appendUnheard(token, NEVER.key);
  await rig.server.kill();
  await rig.server.restart();
  rig.proxy.heal();
  expect(await outcome).toBe(at);
  expect((await near.log.head()).revision).toBe(at);
});

it('a write that was superseded meanwhile is found while the server remembers it', async () => {
  const token = aToken();
  const { at, outcome } = await appendUnheard(token, NEVER.key);
  const later = await near.log.append(again(token), { key: at });
  rig.proxy.heal();
  expect(await outcome).toBe(at);
  expect((await near.log.get(token))?.revision).toBe(later);
});

it('a write that was superseded before a restart of the server is not reported as done, nor as not done', async () => {
  const token = aToken();
  const { at, outcome } = await appendUnheard(token, NEVER.key);
  const later = await near.log.append(again(token), { key: at });
  await rig.server.kill();
  await rig.server.restart();
  rig.proxy.heal();
  expect(await outcome).toMatchObject({ code: 'outcome_unknown', revision: later });
});

it('a write that never arrived is a conflict, when another one was written upon the same state', async () => {
  const token = aToken();
  const first = await near.log.append(token, NEVER);
  const lost = rig.proxy.loseFromClient('HPUB $KV.');
  const outcome = refusal(far.log.append(again(token), { key: first }));
  await lost;
  rig.proxy.down();
  const later = await near.log.append(again(token), { key: first });
  rig.proxy.heal();
  expect(await outcome).toMatchObject({ code: 'conflict', revision: later });
});

it('a write that never arrived is written when the way is free again', async () => {
  const lost = rig.proxy.loseFromClient('HPUB $KV.');
  const token = aToken();
  const outcome = far.log.append(token, NEVER);
  await lost;
  const at = await outcome;
  expect((await near.log.get(token))?.revision).toBe(at);
});

it('a write upon the head that was not answered is found again', async () => {
  const { revision: head } = await far.log.head();
  rig.proxy.loseNextAnswer();
  expect(await far.log.append(aToken(), { head })).toBe(head + 1);
  expect((await far.log.head()).revision).toBe(head + 1);
});

it('a write to a server that is down is unavailable, and nothing is written', async () => {
  await rig.server.kill();
  const token = aToken();
  expect(await refusal(near.log.append(token, NEVER))).toMatchObject({ code: 'unavailable' });
  await rig.server.restart();
  expect(await near.log.get(token)).toBeUndefined();
});

it('a write to a frozen server waits for it, for as long as its caller does', async () => {
  await fill(near.log, 1);
  await rig.server.freeze();
  const reason = new Error('the caller has left');
  const stop = new AbortController();
  const left = refusal(near.log.append(aToken(), NEVER, { signal: stop.signal }));
  stop.abort(reason);
  expect(await left).toBe(reason);
  const token = aToken();
  const waiting = near.log.append(token, NEVER);
  await rig.server.thaw();
  const at = await waiting;
  expect((await near.log.get(token))?.revision).toBe(at);
});

it('a write that was sent and not answered before the log is closed has an unknown outcome', async () => {
  await fill(near.log, 1);
  await rig.server.freeze();
  const sent = refusal(near.log.append(aToken(), NEVER));
  // The request leaves this process in the next turn of its event loop.
  await new Promise((resolve) => setImmediate(resolve));
  await near.log.close();
  expect(await sent).toMatchObject({ code: 'outcome_unknown' });
  await rig.server.thaw();
});

it('under killed servers every acknowledged write is there, at its revision, once', async () => {
  const written = new Map<string, Revision>();
  const failures: LogError[] = [];
  const stop = new AbortController();
  const writer = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const token = aToken();
      await near.log.append(token, NEVER).then(
        (at) => written.set(token.id, at),
        (error: LogError) => failures.push(error),
      );
    }
  };
  const writers = Promise.all(Array.from({ length: 64 }, writer));
  for (let round = 1; round <= 3; round += 1) {
    await eventually(() => written.size > 500 * round);
    await rig.server.kill();
    await rig.server.restart();
  }
  stop.abort();
  await writers;
  expect(failures).toEqual([]);
  await using follower = new Follower(far.log);
  await follower.until((await near.log.head()).revision);
  expect(new Map(follower.entries.map(({ record, revision }) => [record.id, revision]))).toEqual(written);
});

it('a stream that is full refuses the write as unavailable and drops nothing', async () => {
  const first = await near.log.append(aToken(), NEVER);
  await rig.admin(async (nc) => {
    const { streams } = await jetstreamManager(nc);
    const { config } = await streams.info(rig.names.stream);
    await streams.update(rig.names.stream, { ...config, max_msgs: 3 });
  });
  await near.log.append(aToken(), NEVER);
  expect(await refusal(near.log.append(aToken(), NEVER))).toMatchObject({ code: 'unavailable', message: expect.stringContaining('maximum messages') });
  await using follower = new Follower(far.log);
  await follower.until(first);
  expect(follower.entries).toHaveLength(2);
});

it('the stream is made as the rules say: last state per key, no ageing, no purge, no roll-up, single deletes', async () => {
  const config = await rig.admin(async (nc) => (await (await jetstreamManager(nc)).streams.info(rig.names.stream)).config);
  expect(config).toMatchObject({
    subjects: [rig.names.about, (await own()).filter('all')],
    storage: 'file',
    retention: 'limits',
    num_replicas: 1,
    max_msgs_per_subject: 1,
    discard: 'new',
    max_age: 0,
    max_bytes: -1,
    allow_direct: true,
    deny_delete: false,
    deny_purge: true,
    duplicate_window: 120_000_000_000,
  });
  expect(config.allow_rollup_hdrs ?? false).toBe(false);
});

it('a live record cannot be purged without a trace', async () => {
  const token = aToken();
  const at = await near.log.append(token, NEVER);
  const denied = await rig.admin(async (nc) => {
    const { streams } = await jetstreamManager(nc);
    return refusal(streams.purge(rig.names.stream, { filter: (await own()).subject(token) }));
  });
  expect(denied.message).toMatch(/not permitted/);
  expect((await near.log.get(token))?.revision).toBe(at);
});

it('a tombstone is a delete marker to tools of NATS and a record to readers', async () => {
  const { token, live, at } = await bury(near.log);
  const operation = await rig.admin(async (nc) => {
    const message = await (await jetstreamManager(nc)).direct.getMessage(rig.names.stream, { last_by_subj: (await own()).subject(token) });
    return message?.header.get('KV-Operation');
  });
  expect(operation).toBe('DEL');
  expect(await near.log.get(token)).toMatchObject({ revision: at, record: { deleted: true, createIndex: live, writeId: expect.any(String) } });
});

it('two handles that purge at once count each tombstone once', async () => {
  for (let i = 0; i < 20; i += 1) await bury(near.log);
  const { revision: head } = await near.log.head();
  const [a, b] = await Promise.all([near.log.compact(head), far.log.compact(head)]);
  expect(a + b).toBe(20);
  expect((await far.log.head()).compacted).toBe(head);
});

it('a message that is none of ours is set aside and stops nobody', async () => {
  const token = aToken();
  const names = await own();
  await rig.admin(async (nc) => {
    await jetstream(nc).publish(names.filter('global').replace('>', 'settings'), 'x');
    await jetstream(nc).publish(names.subject(token), 'x');
    await jetstream(nc)
      .publish(names.mark, 'x')
      .catch((error: JetStreamApiError) => error);
  });
  await using follower = new Follower(far.log);
  await eventually(() => far.warnings.some(({ text }) => text.includes('mark cannot be read')));
  await rig.admin(async (nc) => {
    const manager = await jetstreamManager(nc);
    const mark = await manager.streams.getMessage(rig.names.stream, { last_by_subj: names.mark });
    await manager.streams.deleteMessage(rig.names.stream, mark?.seq ?? 0);
  });
  await follower.until(await near.log.append(gone(token), { key: 2 as Revision }));
  expect(follower.entries).toHaveLength(1);
});
