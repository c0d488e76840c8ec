import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_REVISION } from '@mintmark/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fill, NEVER, refused } from './conformance/expecting.ts';
import { aToken } from './conformance/index.ts';
import { Reader } from './conformance/reader.ts';
import { openEmbeddedLog } from './embedded/index.ts';
import { faultyLog, type LogFault, randomly, scripted } from './faulty.ts';
import type { Log } from './log.ts';

/** A world whose sleeps end when the test says so. */
class Sleepers {
  readonly asked: number[] = [];
  #wake: (() => void)[] = [];

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.asked.push(ms);
    return new Promise((resolve, reject) => {
      this.#wake.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  wake(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

describe('faulty log', () => {
  let folder: string;
  let log: Log;
  const world = new Sleepers();

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mintmark-log-'));
    log = await openEmbeddedLog({ path: join(folder, 'log') });
  });

  afterEach(async () => {
    await log.close();
    rmSync(folder, { recursive: true });
  });

  it('a scripted fault strikes the call that it stands for, and no other', async () => {
    const faulty = faultyLog(log, scripted({ append: [undefined, { kind: 'fail', code: 'unavailable' }] }), world);
    await fill(faulty, 1);
    const token = aToken();
    await refused(faulty.append(token, NEVER), 'unavailable');
    expect(await faulty.get(token)).toBeUndefined();
    await faulty.append(token, NEVER);
  });

  it('an answer that is lost leaves the write done', async () => {
    const faulty = faultyLog(log, scripted({ append: [{ kind: 'unknown', written: true }] }), world);
    const token = aToken();
    await refused(faulty.append(token, NEVER), 'outcome_unknown');
    expect((await faulty.get(token))?.record.writeId).toBe(token.writeId);
  });

  it('a request that is lost leaves the write undone', async () => {
    const faulty = faultyLog(log, scripted({ append: [{ kind: 'unknown', written: false }] }), world);
    const token = aToken();
    await refused(faulty.append(token, NEVER), 'outcome_unknown');
    expect(await faulty.get(token)).toBeUndefined();
  });

  it('a read whose answer is lost is unavailable', async () => {
    const faulty = faultyLog(log, scripted({ head: [{ kind: 'unknown', written: true }], get: [{ kind: 'unknown', written: false }] }), world);
    await refused(faulty.head(), 'unavailable');
    await refused(faulty.get(aToken()), 'unavailable');
  });

  it('a dropped call ends when its signal aborts, and was not done', async () => {
    const faulty = faultyLog(log, scripted({ append: [{ kind: 'drop' }] }), world);
    const stop = new AbortController();
    const token = aToken();
    const append = faulty.append(token, NEVER, { signal: stop.signal });
    const reason = new Error('the caller has left');
    stop.abort(reason);
    await expect(append).rejects.toBe(reason);
    expect(await log.get(token)).toBeUndefined();
  });

  it('a delayed call is done after the delay', async () => {
    const faulty = faultyLog(log, scripted({ append: [{ kind: 'delay', ms: 250 }] }), world);
    const token = aToken();
    const append = faulty.append(token, NEVER);
    expect(world.asked).toEqual([250]);
    expect(await log.get(token)).toBeUndefined();
    world.wake();
    const at = await append;
    expect((await log.get(token))?.revision).toBe(at);
  });

  it('a tail swallows, stalls or ends as planned', async () => {
    await fill(log, 1);
    const faults: readonly (LogFault | undefined)[] = [{ kind: 'unknown', written: true }, undefined, { kind: 'fail', code: 'regressed' }];
    const faulty = faultyLog(log, scripted({ tail: [...faults, { kind: 'drop' }] }), world);
    await using swallowed = new Reader(faulty);
    const step = swallowed.next();
    await fill(log, 1);
    expect((await step)?.entries.map((entry) => entry.revision)).toEqual([2]);
    await fill(log, 1);
    await refused(swallowed.next(), 'regressed');
    await using stalled = new Reader(faulty);
    const next = stalled.next();
    stalled.stop();
    expect(await next).toBeUndefined();
  });

  it('faults by chance strike the share that was asked for', async () => {
    let seed = 1;
    const fraction = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const faulty = faultyLog(log, randomly(fraction, 0.25, [{ kind: 'fail', code: 'unavailable' }]), world);
    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, () => faulty.append(aToken(), NEVER)));
    const struck = outcomes.filter((outcome) => outcome.status === 'rejected').length;
    expect(struck).toBeGreaterThan(200);
    expect(struck).toBeLessThan(300);
    expect((await log.head()).revision).toBe(NO_REVISION + 1_000 - struck);
  });
});
