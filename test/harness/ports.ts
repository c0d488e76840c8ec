import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Below the range from which systems take ports for outgoing connections: a port stays free while its server is down. */
const FIRST = 12_000;
const LAST = 29_999;

const held = new Set<string>();
process.on('exit', () => {
  for (const file of held) rmSync(file, { force: true });
});

/** A port of 127.0.0.1 that nobody listens on, kept from all other users of this function until this process ends or `releasePort` is called. */
export async function freePort(): Promise<number> {
  const folder = portFolder();
  mkdirSync(folder, { recursive: true });
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = randomInt(FIRST, LAST);
    if (!reserve(join(folder, String(port)))) continue;
    if (await canListen(port)) return port;
    releasePort(port);
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on 127.0.0.1`);
}

/** A free port whose neighbours at these distances are free too; all are kept. */
export async function freePorts(distances: readonly number[]): Promise<number> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const kept = [await freePort()];
    const [base] = kept as [number];
    let free = 0;
    for (const distance of distances) {
      if (!reserve(join(portFolder(), String(base + distance)))) break;
      kept.push(base + distance);
      if (!(await canListen(base + distance))) break;
      free += 1;
    }
    if (free === distances.length) return base;
    for (const port of kept) releasePort(port);
  }
  throw new Error(`no free group of ports between ${FIRST} and ${LAST} on 127.0.0.1`);
}

export function releasePort(port: number): void {
  const file = join(portFolder(), String(port));
  if (held.delete(file)) rmSync(file, { force: true });
}

function portFolder(): string {
  return join(tmpdir(), `mintmark-ports-${process.getuid?.() ?? 'all'}`);
}

function reserve(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch {
    if (ownerLives(file)) return false;
    rmSync(file, { force: true });
    return reserve(file);
  }
  held.add(file);
  return true;
}

function ownerLives(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // A file without a number is just being written.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
