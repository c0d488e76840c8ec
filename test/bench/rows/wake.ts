import { credentials, Metadata } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { type Child, startChild } from '../measure/child.ts';
import { cpuOf } from '../measure/cpu.ts';
import { ratioOf } from '../measure/paired.ts';
import { median } from '../measure/stats.ts';
import { Wakes } from '../measure/wakes.ts';
import type { Run } from '../run.ts';
import type { ValidatorReady } from '../servers/validator.ts';
import { count, type Row, us } from '../table.ts';
import { accessorOf, secretOf } from '../tokens.ts';

const CONNECTIONS = 100;
const WATCHERS = [1, 1_000, 10_000];
const CHANGED = 5;
/** For one watcher more rounds cost nothing. */
const ROUNDS_OF_ONE = 50;

/** One server's crowd of watchers: it grows, and is woken. */
interface Crowd {
  readonly child: Child;
  readonly wakes: Wakes;
  grow(to: number): Promise<void>;
  wake(): Promise<void>;
}

/** Change of one token until gRPC watchers over 100 connections have heard of it, beside a bare grpc-js server that writes the same event to as many streams. */
export async function wakeRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const ours = await startChild<ValidatorReady>(new URL('../servers/validator.ts', import.meta.url), { tokens: 1_000, folder });
  stack.use(ours.child);
  const bare = await startChild<string>(new URL('../servers/fanout.ts', import.meta.url), {});
  stack.use(bare.child);
  const crowds = [
    crowd(ours.child, ours.ready.grpc, () => CHANGED, stack),
    crowd(bare.child, bare.ready, () => ({ index: 1_001, id: accessorOf(CHANGED), deleted: false }), stack),
  ] as const;
  const rows: Row[] = [];
  for (const watchers of WATCHERS) {
    for (const one of crowds) await one.grow(watchers);
    const times = watchers === 1 ? Math.max(ROUNDS_OF_ONE, rounds) : rounds;
    for (let round = 0; round <= times; round += 1) {
      for (const one of crowds) await one.wake();
      if (round === 0) for (const { wakes } of crowds) wakes.forget();
    }
    rows.push(rowOf(watchers, crowds[0].wakes, crowds[1].wakes));
  }
  return rows;
}

function crowd(child: Child, address: string, change: () => unknown, stack: AsyncDisposableStack): Crowd {
  const options = { 'grpc.use_local_subchannel_pool': 1 };
  const clients = Array.from({ length: CONNECTIONS }, () =>
    stack.adopt(new validator.ValidatorClient(address, credentials.createInsecure(), options), (open) => open.close()),
  );
  const metadata = new Metadata();
  metadata.set('mintmark-credential', secretOf(0));
  const wakes = new Wakes();
  let heard: ((id: string) => void) | undefined;
  let watchers = 0;
  const watch = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const call = (clients[at % CONNECTIONS] as validator.ValidatorClient).watch({ kind: 'token', after: 0 }, metadata);
      call.once('data', () => resolve());
      call.on('data', ({ id }: validator.WatchEvent) => heard?.(id));
      call.on('error', reject);
    });
  return {
    child,
    wakes,
    async grow(to) {
      for (; watchers < to; watchers += Math.min(CONNECTIONS, to - watchers)) {
        const step = Math.min(CONNECTIONS, to - watchers);
        await Promise.all(Array.from({ length: step }, (_, ahead) => watch(watchers + ahead)));
      }
    },
    async wake() {
      const arrivals: number[] = [];
      const all = new Promise<void>((resolve) => {
        heard = (id) => {
          if (id === '') return;
          arrivals.push(Number(process.hrtime.bigint()) / 1e6);
          if (arrivals.length === watchers) resolve();
        };
      });
      const before = cpuOf(child.pid);
      const began = await child.ask<number>('change', change());
      await all;
      wakes.take(
        arrivals.map((at) => at - began),
        cpuOf(child.pid) - before,
      );
    },
  };
}

function rowOf(watchers: number, ours: Wakes, bare: Wakes): Row {
  const ratio = ratioOf(ours.last, bare.last);
  const judged = watchers === 10_000;
  return {
    name: `wake-up of ${count(watchers)} gRPC watcher${watchers === 1 ? '' : 's'}, vs bare grpc-js fan-out`,
    measured: ours.shown(watchers),
    ceiling: bare.shown(watchers),
    ratio: ratio.toFixed(2),
    goal: judged ? '<= 2' : '',
    reached: judged ? ratio <= 2 : undefined,
    cpu: watchers === 1 ? '' : `${us(median(ours.cpu))} / ${us(median(bare.cpu))}`,
  };
}
