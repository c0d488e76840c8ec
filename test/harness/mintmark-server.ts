import { appendFileSync } from 'node:fs';
import { request } from 'undici';
import { COMPILED } from './compiled.ts';
import { mintmark } from './programs.ts';
import { startProcess } from './process.ts';
import { type Server, startServer } from './server.ts';

export interface MintmarkSpec {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** URLs that must answer 200 before it counts as ready. */
  readonly ready: readonly string[];
  /** Folder for what it keeps. */
  readonly dir: string;
  /** File that everything it prints is added to. */
  readonly output: string;
}

/** A `mintmark` process that can be stopped, killed, frozen and started again. */
export function mintmarkServer(spec: MintmarkSpec): Promise<Server> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: COMPILED, ...spec.env };
  return startServer({
    name: spec.name,
    port: Number(new URL(spec.ready[0] ?? '').port),
    version: 'this',
    dir: spec.dir,
    async launch() {
      const running = await startProcess({ ...mintmark(...spec.args), env });
      running.onLine((line) => appendFileSync(spec.output, `${line}\n`));
      return running;
    },
    async ready() {
      for (const url of spec.ready) if (!(await answers(url))) return false;
      return true;
    },
    release: async () => undefined,
  });
}

export async function answers(url: string): Promise<boolean> {
  const { statusCode, body } = await request(url, { headersTimeout: 1_000 });
  await body.dump();
  return statusCode === 200;
}
