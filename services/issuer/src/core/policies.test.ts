import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MintRecord, NO_REVISION, policyVersionId, revision } from '@mintmark/domain';
import { deadline, systemWorld } from '@mintmark/kit/lifecycle';
import { type Log, LogError } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { Follower, type View } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IssuerContext } from '../context.ts';
import { Attachments } from './attachments.ts';
import { Expiries } from './expiries.ts';
import { Standing } from './authority/standing.ts';
import { decide, standsAt } from './commit.ts';
import { signingFor } from './signing.fixture.ts';
import { endPolicy, standing, writePolicy } from './policies.ts';
import { WholeLog } from './whole-log.ts';

/** A region's log and view, with the log's next appends of a kind cut off. */
class Bed {
  readonly ctx: Pick<IssuerContext, 'region' | 'world' | 'log' | 'view' | 'follower' | 'standing' | 'attachments' | 'signing' | 'wholeLog' | 'expiries' | 'writeTimeoutMs'>;
  /** Appends that fail, by what is appended. */
  cut: (record: MintRecord) => boolean = () => false;
  readonly #log: Log;
  readonly #view: View = openEmbeddedView();
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>[] = [];

  private constructor(log: Log) {
    this.#log = log;
    const follower = new Follower(this.#view, { monotonic: () => systemWorld.clock.monotonic(), sleep: (ms, signal) => systemWorld.timers.sleep(ms, signal) });
    const append: Log['append'] = async (record, expect, options) => {
      if (this.cut(record)) throw new LogError('unavailable', 'cut off');
      return log.append(record, expect, options);
    };
    const cuttable: Log = { append, get: (key, options) => log.get(key, options), head: (options) => log.head(options), tail: (options) => log.tail(options), compact: (before, options) => log.compact(before, options), rewrite: (records, options) => log.rewrite(records, options), close: () => log.close() };
    const standing = new Standing(this.#view, systemWorld, { region: 'us', configured: 'us', others: [] });
    standing.reset();
    this.ctx = { region: 'us', standing, world: systemWorld, log: cuttable, view: this.#view, follower, attachments: new Attachments(systemWorld, false), signing: signingFor(log), wholeLog: new WholeLog(systemWorld.timers, () => new Error('full')), expiries: { token: new Expiries('token'), session: new Expiries('session') }, writeTimeoutMs: 5_000 };
    this.#running.push(this.#fold(), follower.run(this.#stop.signal), standing.run(this.#stop.signal));
  }

  static async open(path: string): Promise<Bed> {
    const bed = new Bed(await openEmbeddedLog({ path }));
    const { follower } = bed.ctx;
    using bound = deadline(systemWorld.timers, 5_000);
    for (; !follower.live; await systemWorld.timers.sleep(2, bound.signal)) {
      if (follower.position !== undefined) await bed.#view.mark({ epoch: follower.position.epoch });
    }
    return bed;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    await this.#view.close();
    await this.#log.close();
  }

  async #fold(): Promise<void> {
    const { incarnation } = await this.#log.head();
    const { epoch } = await this.#view.reset({ source: { region: 'us', incarnation }, floor: NO_REVISION });
    await this.#view.mark({ epoch, ready: true });
    let from = NO_REVISION;
    for await (const { entries, through } of this.#log.tail({ after: NO_REVISION, signal: this.#stop.signal })) {
      await this.#view.apply(entries, { epoch, from, to: through });
      from = through;
    }
  }
}

let path: string;
let bed: Bed;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'mintmark-policies-'));
  bed = await Bed.open(path);
});
afterEach(async () => {
  await bed.close();
  await rm(path, { recursive: true });
});

const { signal } = new AbortController();
const ctx = (): IssuerContext => bed.ctx as IssuerContext;

function write(name: string, rules: string, author = 'token:a'): Promise<unknown> {
  const text = { description: '', rules, applies: 'holders', jobAcl: null } as const;
  return decide(ctx(), signal, async () => writePolicy(ctx(), { name, text, before: await standing(ctx(), name, signal), author }, signal));
}

async function end(name: string): Promise<void> {
  await decide(ctx(), signal, async () => {
    const { policy } = await standing(ctx(), name, signal);
    return policy === undefined ? undefined : endPolicy(ctx(), policy, signal);
  });
}

/** Numbers and texts that are kept, the oldest first, and the present one. */
async function texts(name: string): Promise<{ past: readonly (readonly [number, string])[]; present: readonly [number, string] | undefined }> {
  const { value } = await bed.ctx.view.list('policy_version', { order: 'id', prefix: `${name}.`, limit: 1_000 });
  const past = value.map(({ record }) => [record.body.version, record.body.rules] as const).sort(([a], [b]) => a - b);
  const { policy } = await standing(ctx(), name, signal);
  return { past, present: policy === undefined ? undefined : [policy.record.body.version, policy.record.body.rules] };
}

describe('policies', () => {
  it('V1: a write that is cut off before it replaces the present text leaves a copy of it, and the next one goes on from there', async () => {
    await write('ops', 'one');
    bed.cut = ({ kind }) => kind === 'policy';
    await expect(write('ops', 'lost')).rejects.toThrow('nothing was written');
    expect(await texts('ops')).toEqual({ past: [[1, 'one']], present: [1, 'one'] });
    bed.cut = () => false;
    await write('ops', 'two', 'token:b');
    expect(await texts('ops')).toEqual({ past: [[1, 'one']], present: [2, 'two'] });
    const { value } = await bed.ctx.view.get('policy_version', policyVersionId('ops', 1));
    expect(value?.record.body.author).toBe('token:a');
  });

  it('V1: a text that cannot be kept is not replaced, and not deleted', async () => {
    await write('ops', 'one');
    bed.cut = ({ kind }) => kind === 'policy_version';
    await expect(write('ops', 'two')).rejects.toThrow('nothing was written');
    await expect(end('ops')).rejects.toThrow('nothing was written');
    expect(await texts('ops')).toEqual({ past: [], present: [1, 'one'] });
  });

  it('V1: a deletion that is cut off leaves the policy as it is, and succeeds the next time', async () => {
    await write('ops', 'one');
    bed.cut = ({ kind }) => kind === 'policy';
    await expect(end('ops')).rejects.toThrow('nothing was written');
    expect(await texts('ops')).toEqual({ past: [[1, 'one']], present: [1, 'one'] });
    bed.cut = () => false;
    await end('ops');
    expect(await texts('ops')).toEqual({ past: [[1, 'one']], present: undefined });
  });

  it('V2: numbers go on after a deletion, and other names of the same beginning do not count', async () => {
    for (const name of ['ops', 'ops-eu']) for (const rules of ['one', 'two', 'three']) await write(name, rules);
    await end('ops');
    await write('ops', 'four');
    expect(await texts('ops')).toEqual({ past: [[1, 'one'], [2, 'two'], [3, 'three']], present: [4, 'four'] });
    await write('ops-e', 'one');
    expect((await texts('ops-e')).present).toEqual([1, 'one']);
  });

  it('V3: the last 50 are kept; what could not be dropped once goes with the next write', async () => {
    for (let n = 1; n <= 52; n += 1) await write('ops', `text ${n}`);
    bed.cut = ({ kind, deleted }) => kind === 'policy_version' && deleted;
    await write('ops', 'text 53');
    await write('ops', 'text 54');
    expect((await texts('ops')).past.map(([version]) => version)).toEqual(Array.from({ length: 51 }, (_, i) => i + 3));
    bed.cut = () => false;
    await write('ops', 'text 55');
    const { past, present } = await texts('ops');
    expect([past.length, past[0], present]).toEqual([49, [6, 'text 6'], [55, 'text 55']]);
    await end('ops');
    expect((await texts('ops')).past.map(([version]) => version)).toEqual(Array.from({ length: 50 }, (_, i) => i + 6));
  });

  it('the same text again keeps number, author and time, and only moves the index', async () => {
    await write('ops', 'one');
    const before = await standing(ctx(), 'ops', signal);
    await write('ops', 'one', 'token:b');
    const after = await standing(ctx(), 'ops', signal);
    expect(after.at).toBeGreaterThan(before.at);
    expect(after.policy?.record.body).toEqual(before.policy?.record.body);
    expect((await texts('ops')).past).toEqual([]);
  });
});

it('a write that finds nothing to change waits for attached validators as the one that changed it does (A1, simulation seed 952)', async () => {
  const { attachments } = ctx();
  const report = attachments.attach();
  report(NO_REVISION);
  let answered = false;
  const standing = standsAt(ctx(), revision(3), signal).then(({ index }) => {
    answered = true;
    return index;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  report(revision(3));
  expect(await standing).toBe(3);
});
