import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { eventually } from './eventually.ts';
import { answers } from './mintmark-server.ts';
import { freePort, freePorts, releasePort } from './ports.ts';
import { startProcess } from './process.ts';
import { ROOT } from './programs.ts';

const STEP = 100;
/** HTTP and gRPC of the three regions, counted from the first one's HTTP. */
const NEIGHBOURS = [1, STEP, STEP + 1, 2 * STEP, 2 * STEP + 1];
const READY_WITHIN_MS = 60_000;

export interface NpmStart extends AsyncDisposable {
  /** Origin of the authority's HTTP. */
  readonly region: string;
  /** Origin of the example API. */
  readonly example: string;
}

/** What `npm start` runs, as package.json has it, with its data in `folder` and on free ports. */
export async function npmStart(folder: string): Promise<NpmStart> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly scripts: { readonly start: string } };
  const [port, examplePort] = [await freePorts(NEIGHBOURS), await freePort()];
  const running = await startProcess({
    command: 'sh',
    args: ['-c', `${scripts.start} --data ${folder}/data --port ${port} --example ${examplePort}`],
    cwd: ROOT,
    env: { PATH: `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`, HOME: process.env.HOME },
    // The program that it starts ends with it then.
    orphaned: 'TERM',
  });
  const end = async (): Promise<void> => {
    await running.signal('SIGTERM');
    await running.ended;
    for (const distance of [0, ...NEIGHBOURS]) releasePort(port + distance);
    releasePort(examplePort);
  };
  const example = `http://127.0.0.1:${examplePort}`;
  const ready = async (): Promise<boolean> => {
    if (!running.alive) throw new Error(running.output());
    for (const distance of [0, STEP, 2 * STEP]) if (!(await answers(`http://127.0.0.1:${port + distance}/readyz`))) return false;
    return (await fetch(example)).status === 404;
  };
  try {
    await eventually(ready, { within: READY_WITHIN_MS, every: 100, what: `\`${scripts.start}\` being ready` });
  } catch (error) {
    await end();
    throw new Error(`${(error as Error).message}\n${running.output()}`, { cause: error });
  }
  return { region: `http://127.0.0.1:${port}`, example, [Symbol.asyncDispose]: end };
}
