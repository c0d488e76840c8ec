import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGES = { wrk: 'wrk', h2load: 'nghttp2-client' } as const;
export type GeneratorName = keyof typeof PACKAGES;

/** Why a row cannot be measured on this machine. */
export class Skip extends Error {}

/** The path of a native load generator, which is got from the distribution's packages where that can be. Throws `Skip`. */
export function generator(name: GeneratorName): string {
  const present = find(name);
  if (present !== undefined) return present;
  const apt = process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!apt) throw new Skip(`${name} is not on this machine: apt-get install ${PACKAGES[name]}`);
  process.stderr.write(`${name} is not on this machine: getting it with apt-get (once) ...\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', PACKAGES[name]],
  ])
    spawnSync('apt-get', args, { stdio: 'ignore', env });
  const got = find(name);
  if (got === undefined) throw new Skip(`${name} could not be got: apt-get install ${PACKAGES[name]}`);
  return got;
}

function find(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

export interface Load {
  /** Answers per second. */
  readonly rate: number;
  readonly count: number;
}

/** Loads an HTTP server over `connections` for `seconds`. Throws where an answer was not 2xx. */
export async function wrk(
  url: string,
  options: { readonly connections: number; readonly seconds: number; readonly headers?: Readonly<Record<string, string>>; readonly script?: string },
): Promise<Load> {
  const headers = Object.entries(options.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const script = options.script === undefined ? [] : ['-s', options.script];
  const { stdout } = await run(generator('wrk'), ['-t1', `-c${options.connections}`, `-d${options.seconds}s`, ...headers, ...script, url]);
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1];
  if (failed !== undefined) throw new Error(`${failed} answers of ${url} were not 2xx`);
  return { rate: numberIn(stdout, /Requests\/sec:\s+([\d.]+)/), count: numberIn(stdout, /(\d+) requests in/) };
}

/** Loads a gRPC method with one request: `message` is the file of its framed bytes. Counts answers whose HTTP status is 200. */
export async function h2load(
  url: string,
  message: string,
  options: { readonly seconds: number; readonly connections: number; readonly streams: number },
): Promise<Load> {
  const headers = ['-H', 'content-type: application/grpc', '-H', 'te: trailers'];
  const shape = ['-t1', `-c${options.connections}`, `-m${options.streams}`, `-D${options.seconds}`];
  const { stdout } = await run(generator('h2load'), [...shape, '-d', message, ...headers, url]);
  const count = numberIn(stdout, /status codes: (\d+) 2xx/);
  return { rate: count / options.seconds, count };
}

function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${pattern} in ${text.slice(0, 500)}`);
  return Number(found);
}

/** A gRPC message: not compressed, its length, its bytes. */
export function framed(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
