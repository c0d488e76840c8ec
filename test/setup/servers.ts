import { findEngine, findImage, imageOf, pullImage } from './engine.ts';
import { hasApt, unpackPackage } from './packages.ts';
import { findBinary, type Program, type ServerName, WANTED } from './programs.ts';
import { atLeast } from './versions.ts';

/** The program that tests start, or undefined where this machine has none yet. */
export async function findServer(name: ServerName): Promise<Program | undefined> {
  const binary = await findBinary(name);
  if (binary !== undefined && atLeast(binary.version, WANTED[name])) return binary;
  return (await findImage(name)) ?? binary;
}

/**
 * Makes sure that the servers which tests start can be started. Missing ones come as images of a container engine, or are unpacked from the
 * distribution's packages into the project's own cache: nothing of the machine changes and no server of it is touched. Throws, with the
 * lines to type, where neither can be.
 */
export async function provideServers(): Promise<void> {
  await Promise.all((['nats-server', 'redis-server'] as const).map(provide));
}

async function provide(name: ServerName): Promise<void> {
  const found = await findServer(name);
  if (found === undefined || !atLeast(found.version, WANTED[name])) await get(name, found);
}

async function get(name: ServerName, older: Program | undefined): Promise<void> {
  const start = performance.now();
  say(
    older === undefined
      ? `${name} is not on this machine: getting it (once)`
      : `${name} ${older.version} is older than ${WANTED[name]}: getting a newer one (once)`,
  );
  const program = (await pulled(name)) ?? (await unpacked(name)) ?? older;
  if (program === undefined) {
    throw new Error(
      `${name} is needed for the tests, and neither a container engine nor apt gave it. On Debian or Ubuntu type:\n  sudo apt-get update\n  sudo apt-get install -y nats-server redis-server`,
    );
  }
  const where = program.kind === 'binary' ? program.path : `image ${program.image}`;
  say(`${name} ${program.version} is used: ${where} (${((performance.now() - start) / 1_000).toFixed(1)} s)`);
}

async function pulled(name: ServerName): Promise<Program | undefined> {
  if ((await findEngine()) === undefined) return undefined;
  return attempt(`${name}: pulling ${imageOf(name)} by the container engine`, async () => {
    await pullImage(name);
    return findImage(name);
  });
}

async function unpacked(name: ServerName): Promise<Program | undefined> {
  if (!hasApt()) return undefined;
  return attempt(`${name}: unpacking the distribution's package below node_modules`, async () => {
    await unpackPackage(name);
    return findBinary(name);
  });
}

async function attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  say(what);
  try {
    return await work();
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    say(`${what} failed: ${said.trim().split('\n')[0]}`);
    return undefined;
  }
}

function say(text: string): void {
  process.stderr.write(`[servers] ${text}\n`);
}
