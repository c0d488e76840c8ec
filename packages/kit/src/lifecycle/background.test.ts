import { expect, test } from 'vitest';
import { background, Supervisor, systemWorld, type World } from './index.ts';

/** A world whose sleeps end at once and are written down; its monotonic clock moves by them, and as the test says. */
function recordingWorld(): { readonly world: World; readonly sleeps: number[]; pass(ms: number): void; fraction: number } {
  let now = 0;
  const sleeps: number[] = [];
  const self = {
    sleeps,
    fraction: 1,
    pass(ms: number) {
      now += ms;
    },
    world: {
      clock: { now: () => now, monotonic: () => now },
      timers: {
        ...systemWorld.timers,
        async sleep(ms: number, signal?: AbortSignal) {
          signal?.throwIfAborted();
          sleeps.push(ms);
          now += ms;
        },
      },
      random: { ...systemWorld.random, fraction: () => self.fraction },
    },
  };
  return self;
}

const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** A run that fails this many times and then goes on until it is stopped. */
function failing(times: number, each: (n: number) => void = () => undefined): { run: (signal: AbortSignal) => Promise<void>; readonly settled: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let n = 0;
  return {
    settled: promise,
    async run(signal) {
      n += 1;
      each(n);
      if (n <= times) throw new Error(`failure ${n}`);
      resolve();
      await aborted(signal);
    },
  };
}

test('a loop that fails is started again after waits that double up to the bound, and every failure is heard of', async () => {
  const { world, sleeps } = recordingWorld();
  const heard: string[] = [];
  const { run, settled } = failing(8);
  await using loop = background('tail', run, {
    world,
    backoff: { minMs: 100, maxMs: 1_000 },
    onFailure: ({ name, error, retryInMs }) => void heard.push(`${name} ${(error as Error).message} ${retryInMs}`),
  });
  await settled;
  expect(sleeps).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]);
  expect(heard[0]).toBe('tail failure 1 100');
  expect(heard).toHaveLength(8);
  expect(loop.failures).toBe(8);
});

test('waits are jittered between half and all', async () => {
  const recorded = recordingWorld();
  recorded.fraction = 0;
  const { run, settled } = failing(3);
  await using _loop = background('tail', run, { world: recorded.world, backoff: { minMs: 100, maxMs: 1_000 }, onFailure: () => undefined });
  await settled;
  expect(recorded.sleeps).toEqual([50, 100, 200]);
});

test('a run that lasted starts the count again', async () => {
  const recorded = recordingWorld();
  const { run, settled } = failing(4, (n) => {
    if (n === 3) recorded.pass(1_000);
  });
  await using _loop = background('tail', run, { world: recorded.world, backoff: { minMs: 100, maxMs: 1_000 }, onFailure: () => undefined });
  await settled;
  expect(recorded.sleeps).toEqual([100, 200, 100, 200]);
});

test('a loop that just returns is started again too, and said so', async () => {
  const { world } = recordingWorld();
  const errors: unknown[] = [];
  const { promise: again, resolve } = Promise.withResolvers<void>();
  let runs = 0;
  await using _loop = background(
    'tail',
    async (signal) => {
      runs += 1;
      if (runs < 3) return;
      resolve();
      await aborted(signal);
    },
    { world, onFailure: ({ error }) => void errors.push(error) },
  );
  await again;
  expect(errors).toEqual([undefined, undefined]);
});

test('disposing aborts the run, waits until it has let go, and starts nothing more', async () => {
  const { world } = recordingWorld();
  const events: string[] = [];
  const loop = background(
    'tail',
    async (signal) => {
      events.push('run');
      await aborted(signal);
      await new Promise((resolve) => setImmediate(resolve));
      events.push('cleaned up');
      throw signal.reason;
    },
    { world, onFailure: () => void events.push('failure') },
  );
  await loop[Symbol.asyncDispose]();
  events.push('disposed');
  expect(events).toEqual(['run', 'cleaned up', 'disposed']);
});

test('disposing ends a wait at once', async () => {
  const { promise: failed, resolve } = Promise.withResolvers<void>();
  const loop = background('tail', () => Promise.reject(new Error('no')), {
    world: systemWorld,
    backoff: { minMs: 3_600_000, maxMs: 3_600_000 },
    onFailure: () => resolve(),
  });
  await failed;
  await loop[Symbol.asyncDispose]();
});

test('a supervisor stops its loops together and once', async () => {
  const { world } = recordingWorld();
  const supervisor = new Supervisor({ world, onFailure: () => undefined });
  const stopped: string[] = [];
  const running = new Set<string>();
  for (const name of ['project', 'pull']) {
    supervisor.start(name, async (signal) => {
      running.add(name);
      await aborted(signal);
      // Each waits for the other's abort: they must be stopped together, not one after the other.
      running.delete(name);
      while (running.size > 0) await new Promise((resolve) => setImmediate(resolve));
      stopped.push(name);
    });
  }
  expect(supervisor.loops.map(({ name }) => name)).toEqual(['project', 'pull']);
  await supervisor[Symbol.asyncDispose]();
  await supervisor[Symbol.asyncDispose]();
  expect(stopped.sort()).toEqual(['project', 'pull']);
});
