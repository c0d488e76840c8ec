import { expect, test } from 'vitest';
import { Slices } from './slices.ts';

const SLICE_MS = 5;
const PIECE_MS = 1;

/** A clock that only work moves, and an event loop of which each turn is taken by hand. */
class Loop {
  readonly #soon: (() => void)[] = [];
  #now = 0;
  readonly slices = new Slices({ clock: { now: () => this.#now, monotonic: () => this.#now }, timers: { soon: (call: () => void) => void this.#soon.push(call) } as never });

  /** Works piece by piece. */
  async work(pieces: number, signal: AbortSignal = new AbortController().signal): Promise<void> {
    for (let i = 0; i < pieces; i += 1) {
      await this.slices.next(signal);
      this.#now += PIECE_MS;
    }
  }

  /** How long the turns kept the loop until nothing was left. */
  async run(): Promise<readonly number[]> {
    const lasted: number[] = [];
    while (this.#soon.length > 0) {
      const before = this.#now;
      for (const call of this.#soon.splice(0)) call();
      await new Promise((resolve) => setImmediate(resolve));
      lasted.push(this.#now - before);
    }
    return lasted;
  }
}

test('whatever works long keeps a turn for one slice, however many there are', async () => {
  const loop = new Loop();
  const working = Promise.all(Array.from({ length: 100 }, () => loop.work(20)));
  const lasted = await loop.run();
  await working;
  expect(Math.max(...lasted)).toBeLessThan(SLICE_MS + 2 * PIECE_MS);
  expect(lasted.length).toBeGreaterThanOrEqual((100 * 20 * PIECE_MS) / (SLICE_MS + PIECE_MS));
});

test('they go on in the order they came, and none is left behind', async () => {
  const loop = new Loop();
  const ended: number[] = [];
  const working = [1, 2, 3].map((number) => loop.work(12).then(() => ended.push(number)));
  await loop.run();
  await Promise.all(working);
  expect(ended).toEqual([1, 2, 3]);
});

test('work that is given up takes no slice', async () => {
  const loop = new Loop();
  const client = new AbortController();
  const given = loop.work(1_000, client.signal);
  const kept = loop.work(5);
  client.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
  expect(await loop.run()).toEqual([5 * PIECE_MS]);
  await kept;
  await expect(loop.work(1, client.signal)).rejects.toThrow('gone');
});
