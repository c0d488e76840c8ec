import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FETCHED, program } from '../harness/programs.ts';

const WANTED = ['nats-server', 'redis-server'] as const;

/**
 * Makes sure that the servers which tests start are on this machine. Missing ones are unpacked from the distribution's packages into the project's
 * own cache, not installed: nothing of the machine changes and no server of it is touched. Throws, with the lines to type, where that cannot be.
 */
export async function provideServers(): Promise<void> {
  for (const name of WANTED) {
    if (isThere(name) && (name !== 'nats-server' || isSound(program(name)))) continue;
    if (isThere(name)) {
      preferSound();
      continue;
    }
    process.stderr.write(`${name} is not on this machine: getting it (once) ...\n`);
    if (!canUseApt()) throw new Error(`${name} is needed for the tests. On Debian or Ubuntu type:\n  sudo apt-get update\n  sudo apt-get install -y nats-server redis-server`);
    if (name === 'nats-server') unpackNats();
    else installRedis();
    if (!isThere(name)) throw new Error(`${name} could not be got from the distribution's packages`);
  }
}

function isThere(name: string): boolean {
  try {
    program(name);
    return true;
  } catch {
    return false;
  }
}

/** Whether a nats-server can sync each write and keep replicated logs: 2.10.27 or newer. */
function isSound(path: string): boolean {
  const [major = 0, minor = 0, patch = 0] = (/v(\d+)\.(\d+)\.(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' })) ?? []).slice(1).map(Number);
  return major * 1e6 + minor * 1e3 + patch >= 2_010_027;
}

/** An old nats-server does for the tests, a newer one shows more: it is got where that is easy. */
function preferSound(): void {
  if (!canUseApt()) return;
  process.stderr.write('nats-server is older than 2.10.27: getting a newer one for the tests (once) ...\n');
  try {
    unpackNats();
  } catch (error) {
    process.stderr.write(`that failed, the tests use the older one: ${(error as Error).message}\n`);
  }
}

function canUseApt(): boolean {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Debian's next release has a nats-server that syncs each write; its one binary runs on this one too. Own lists and caches: the machine's stay as they are. */
function unpackNats(): void {
  const work = mkdtempSync(join(tmpdir(), 'mintmark-apt-'));
  try {
    for (const folder of ['lists/partial', 'cache/archives/partial', 'unpacked']) mkdirSync(join(work, folder), { recursive: true });
    const list = join(work, 'trixie.list');
    writeFileSync(list, `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror()} trixie main\n`);
    const settings = [`Dir::Etc::SourceList=${list}`, 'Dir::Etc::SourceParts=/dev/null', `Dir::State::Lists=${join(work, 'lists')}`, `Dir::Cache=${join(work, 'cache')}`, 'APT::Sandbox::User=root'];
    const options = ['-qq', ...settings.flatMap((setting) => ['-o', setting])];
    const quiet = { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };
    execFileSync('apt-get', [...options, 'update'], quiet);
    execFileSync('apt-get', [...options, 'download', 'nats-server/trixie'], quiet);
    execFileSync('sh', ['-c', 'dpkg -x nats-server_*.deb unpacked'], quiet);
    mkdirSync(FETCHED, { recursive: true });
    copyFileSync(join(work, 'unpacked/usr/sbin/nats-server'), join(FETCHED, 'nats-server'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The mirror that this machine already uses. */
function mirror(): string {
  for (const path of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    const found = existsSync(path) ? /(?:URIs:|^deb(?:\s+\[[^\]]*\])?)\s+(https?:\S+)/m.exec(readFileSync(path, 'utf8')) : null;
    if (found?.[1] !== undefined) return found[1];
  }
  return 'http://deb.debian.org/debian';
}

/** Redis needs libraries beside it, so it is installed; its package is kept from starting a server of its own. */
function installRedis(): void {
  const policy = '/usr/sbin/policy-rc.d';
  const own = !existsSync(policy);
  if (own) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const quiet = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    execFileSync('apt-get', ['-qq', 'update'], quiet);
    execFileSync('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'redis-server'], quiet);
  } finally {
    if (own) rmSync(policy, { force: true });
  }
}
