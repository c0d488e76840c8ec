import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveEntry, MintRecord } from '@mintmark/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Pen } from './conformance/pen.ts';
import { digest, gone, role, token, uuid } from './conformance/samples.ts';
import { openEmbeddedView } from './embedded/index.ts';
import { faultyView } from './faulty.ts';
import { Follower } from './follower.ts';
import { Mirror, type Mirrored } from './mirror.ts';
import type { View } from './view.ts';

/** The names of roles by their ids. */
class Names implements Mirrored<'role'> {
  readonly byId = new Map<string, string>();
  put({ record }: LiveEntry<'role'>): void {
    this.byId.set(record.id, record.body.name);
  }
  remove(_kind: 'role', id: string): void {
    this.byId.delete(id);
  }
}

const world = { monotonic: () => performance.now(), sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }) };
let stop: AbortController;
let view: View;
let pen: Pen;
beforeEach(async () => {
  stop = new AbortController();
  view = openEmbeddedView();
  pen = await Pen.ready(view);
});
afterEach(async () => {
  stop.abort();
  await view.close();
});

/** A mirror over the view, followed and read until the test ends. */
function mirrored(over: View = view) {
  const mirror = new Mirror<'role', Names>(over, world, ['role'], () => new Names());
  const follower = new Follower(over, world, { onReset: () => mirror.reset(), onChanges: (batch) => mirror.changed(batch) });
  void follower.run(stop.signal);
  void mirror.run(stop.signal);
  const shows = async (): Promise<Record<string, string>> => {
    await view.mark({ epoch: pen.epoch });
    await follower.covers(pen.at, AbortSignal.timeout(5_000));
    await mirror.whenSettled(AbortSignal.timeout(5_000));
    return Object.fromEntries(mirror.shown.byId);
  };
  return { mirror, follower, shows };
}

const named = (n: number, name: string): MintRecord => role(uuid(n), name);

describe('a mirror', () => {
  test('shows what was there before it began, and every change since', async () => {
    await pen.write(named(1, 'a'), token(uuid(9), digest(9)), named(2, 'b'));
    const { shows } = mirrored();
    expect(await shows()).toEqual({ [uuid(1)]: 'a', [uuid(2)]: 'b' });
    await pen.write(named(1, 'c'), named(3, 'd'));
    expect(await shows()).toEqual({ [uuid(1)]: 'c', [uuid(2)]: 'b', [uuid(3)]: 'd' });
    await pen.write(gone(role(uuid(1), 'c')));
    expect(await shows()).toEqual({ [uuid(2)]: 'b', [uuid(3)]: 'd' });
  });

  test('reads more than a page', async () => {
    const roles = Array.from({ length: 173 }, (_, n) => named(n, `role ${n}`));
    await pen.write(...roles);
    expect(Object.keys(await mirrored().shows())).toHaveLength(173);
  });

  test('is not settled before it has read the first state', () => {
    const mirror = new Mirror<'role', Names>(view, world, ['role'], () => new Names());
    expect(mirror.settled).toBe(false);
    mirror.reset();
    expect(mirror.settled).toBe(false);
  });

  test('M1 is unsettled the moment it hears of a change, and stays settled for other kinds', async () => {
    const { mirror, shows } = mirrored();
    await shows();
    const change = { revision: pen.at, id: uuid(5), scope: 'global' as const, deleted: false };
    mirror.changed({ changes: [{ ...change, kind: 'token' }], through: pen.at });
    expect(mirror.settled).toBe(true);
    mirror.changed({ changes: [{ ...change, kind: 'role' }], through: pen.at });
    expect(mirror.settled).toBe(false);
    await mirror.whenSettled(AbortSignal.timeout(5_000));
  });

  test('M2 whoever sees a position sees a mirror that covers it, however writes and reads interleave', async () => {
    const { mirror, follower } = mirrored();
    for (let n = 0; n < 200; n += 1) {
      const at = await pen.write(named(1, `name ${n}`));
      await follower.covers(at, AbortSignal.timeout(5_000));
      if (!mirror.settled) await mirror.whenSettled(AbortSignal.timeout(5_000));
      expect(mirror.shown.byId.get(uuid(1))).toBe(`name ${n}`);
    }
  });

  test('M3 a reset drops what is no longer there', async () => {
    await pen.write(named(1, 'a'), named(2, 'b'));
    const { shows } = mirrored();
    await shows();
    pen = await Pen.folding(view);
    await pen.write(named(2, 'b'), named(3, 'c'));
    await view.mark({ epoch: pen.epoch, ready: true });
    expect(await shows()).toEqual({ [uuid(2)]: 'b', [uuid(3)]: 'c' });
  });

  test('a view that cannot be read for a while delays it, and nothing else', async () => {
    let reachable = true;
    const faulty = faultyView(view, ({ method }) => (method === 'get' && !reachable ? { kind: 'fail', code: 'unavailable' } : undefined), world);
    const { shows, mirror, follower } = mirrored(faulty);
    await shows();
    reachable = false;
    await pen.write(named(1, 'a'));
    await follower.covers(pen.at, AbortSignal.timeout(5_000));
    expect(mirror.settled).toBe(false);
    await expect(mirror.whenSettled(AbortSignal.timeout(50))).rejects.toThrow();
    reachable = true;
    expect(await shows()).toEqual({ [uuid(1)]: 'a' });
  });
});
