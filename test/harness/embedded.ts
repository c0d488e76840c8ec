import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, type Part, REGIONS, type Region, type StartOptions } from './regions.ts';
import { mintmarkServer } from './mintmark-server.ts';
import { freePorts, releasePort } from './ports.ts';
import { mintmark } from './programs.ts';

const STEP = 100;
/** HTTP and gRPC of each region, counted from the first one's HTTP. */
const NEIGHBOURS = [1, STEP, STEP + 1, 2 * STEP, 2 * STEP + 1];

function none(): never {
  throw new Error('in embedded mode one process is all parts of all regions');
}

async function noServer(): Promise<never> {
  return none();
}

const UNHARMED = { deleteLog: noServer, sizes: noServer, save: noServer, setBack: noServer, wire: none, disk: none, logLeader: noServer, leaveStandbyBehind: none, failOver: noServer, shiftClock: noServer };

/** `mintmark dev` as one child process: all regions in it live and die together. */
export async function startEmbedded(folder: string, { issuerEnv, validatorEnv, env }: StartOptions): Promise<Cluster> {
  const data = join(folder, 'data');
  const output = join(folder, 'output');
  await mkdir(output, { recursive: true });
  const port = await freePorts(NEIGHBOURS);
  const names = REGIONS.map((name, at) => ({ name, http: `http://127.0.0.1:${port + STEP * at}`, grpc: `127.0.0.1:${port + STEP * at + 1}` }));
  const server = await mintmarkServer({
    name: 'mintmark dev',
    args: ['dev', '--data', data, '--port', String(port), '--log-level', 'info'],
    env: { ...env, ...validatorEnv?.(REGIONS[0]), ...issuerEnv?.(names.map(({ http }) => http)) },
    ready: names.map(({ http }) => `${http}/readyz`),
    dir: folder,
    output: join(output, 'dev.log'),
  });
  const whole: Part = { kill: () => server.kill(), freeze: () => server.freeze(), thaw: () => server.thaw(), restart: () => server.restart() };
  const regions = names.map(
    (region): Region => ({
      ...region,
      part: () => whole,
      stop: () => server.stop(),
      start: () => server.restart(),
      operator: { flags: ['--data', data, '--region', region.name], env: {} },
      flushView: () => server.restart(),
      ...UNHARMED,
      pids: () => ({ validator: server.pid, issuer: server.pid, replicator: server.pid }),
    }),
  );
  return {
    mode: 'embedded',
    regions: regions as unknown as Cluster['regions'],
    async resetBootstrap() {
      const { command, args } = mintmark('operator', 'bootstrap-reset', '--data', data);
      execFileSync(command, args, { stdio: 'pipe' });
    },
    settle: async () => undefined,
    folders: [folder],
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      for (const distance of [0, ...NEIGHBOURS]) releasePort(port + distance);
    },
  };
}
