import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { encodeRecord } from '@mintmark/contract';
import { natsServer } from '../../harness/nats.ts';
import type { Mode } from '../../harness/cluster.ts';
import { type Address, openRegions } from '../clusters.ts';
import { startChild } from '../measure/child.ts';
import { moveSelf } from '../measure/cpu.ts';
import { generator, type Load, wrk } from '../measure/generators.ts';
import { type Contender, interleaved } from '../measure/paired.ts';
import type { Run } from '../run.ts';
import { rateRow, type Row } from '../table.ts';
import { newToken } from '../tokens.ts';

const SHAPE = { connections: 64, seconds: 1 } as const;
const GOAL = 0.4;

/** Creates over HTTP beside bare appends with as many under way, to the same kind of log with the same flushing. */
export async function createRows(mode: Mode, { rounds, folder }: Run): Promise<readonly Row[]> {
  generator('wrk');
  await using stack = new AsyncDisposableStack();
  const { at, pid, root } = stack.use(await openRegions(mode, folder));
  const bare = mode === 'embedded' ? await bareAppends(folder, stack) : await barePublishes(stack);
  const [authority, replica] = at;
  const creates = ({ http }: Address, global: boolean, connections: number = SHAPE.connections): Contender => {
    const script = scriptFor(folder, root, global);
    return { pid, load: () => wrk(`${http}/v1/acl/token`, { ...SHAPE, connections, script }) };
  };
  const contenders = {
    local: creates(replica, false),
    global: creates(authority, true),
    forwarded: creates(replica, true),
    bare: bare(SHAPE.connections),
    singleLocal: creates(replica, false, 1),
    singleBare: bare(1),
  };
  const measured = await interleaved(contenders, rounds);
  const against = mode === 'embedded' ? 'bare LMDB log append' : 'bare JetStream publish';
  return [
    rateRow(`create local, HTTP (wrk), vs ${against}, ${mode}`, measured.local, measured.bare, '/s', GOAL),
    rateRow(`create global at the authority, vs the same, ${mode}`, measured.global, measured.bare, '/s', GOAL),
    rateRow(`create global in another region, vs the same, ${mode}`, measured.forwarded, measured.bare, '/s'),
    rateRow(`create local, one after the other, vs the same one after the other, ${mode}`, measured.singleLocal, measured.singleBare, '/s'),
  ];
}

/** The bare log with so many writes under way. */
type Bare = (concurrency: number) => Contender;

function scriptFor(folder: string, root: string, global: boolean): string {
  const path = join(folder, `create-${global ? 'global' : 'local'}.lua`);
  const body = JSON.stringify({ Name: 'bench', Type: 'client', Policies: ['readonly', 'deploy'], Global: global });
  writeFileSync(
    path,
    `wrk.method = "POST"\nwrk.body = '${body}'\nwrk.headers["X-Nomad-Token"] = "${root}"\nwrk.headers["Content-Type"] = "application/json"\n`,
    { mode: 0o600 },
  );
  return path;
}

async function bareAppends(folder: string, stack: AsyncDisposableStack): Promise<Bare> {
  const { child } = await startChild(new URL('../servers/append.ts', import.meta.url), { path: join(folder, 'bare-log') });
  stack.use(child);
  return (concurrency) => ({ pid: child.pid, load: () => child.ask<Load>('load', { seconds: SHAPE.seconds, concurrency }) });
}

/** To a server of its own, set up as those of the regions are. */
async function barePublishes(stack: AsyncDisposableStack): Promise<Bare> {
  moveSelf('everywhere');
  const server = stack.use(await natsServer());
  moveSelf('generators');
  const nc = stack.adopt(await connect({ servers: `127.0.0.1:${server.port}` }), (open) => open.close());
  const manager = await jetstreamManager(nc);
  await manager.streams.add({ name: 'bench', subjects: ['bench.>'], storage: 'file', max_msgs_per_subject: 1 });
  const js = jetstream(nc);
  return (concurrency) => ({
    pid: undefined,
    async load() {
      const began = performance.now();
      let count = 0;
      const worker = async (): Promise<void> => {
        for (; performance.now() - began < SHAPE.seconds * 1_000; count += 1) {
          const record = newToken();
          await js.publish(`bench.${record.id}`, encodeRecord(record), { msgID: record.writeId });
        }
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
      return { rate: (count / (performance.now() - began)) * 1_000, count };
    },
  });
}
