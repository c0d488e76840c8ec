import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE, type ServerName } from './programs.ts';

const run = promisify(execFile);

type PackageName = ServerName | 'libfaketime';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Debian's first release whose nats-server is new enough; its package runs on the release before as it is. */
const NEWER_RELEASE = 'trixie';

export function hasApt(): boolean {
  return existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb');
}

/**
 * Downloads a package of the distribution, with the libraries that this machine lacks, and unpacks it into the project's cache. Nothing is
 * installed: no root is needed, no daemon starts, and apt's own lists and settings stay as they are. The signatures of the
 * distribution are checked as always.
 */
export async function unpackPackage(name: PackageName): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'mintmark-apt-'));
  try {
    const apt = await ownApt(work, name === 'nats-server' ? await newerRelease(work) : undefined);
    await apt('update');
    const wanted = await neededPackages(apt, name);
    await mkdir(join(work, 'debs'));
    await apt('download', ...wanted);
    const root = join(work, 'root');
    for (const file of await readdir(join(work, 'debs'))) await run('dpkg-deb', ['-x', join(work, 'debs', file), root]);
    await mkdir(CACHE, { recursive: true });
    const staged = await mkdtemp(join(CACHE, `.${name}-`));
    await run('cp', ['-a', `${root}/.`, staged]);
    await rm(join(CACHE, name), { recursive: true, force: true });
    await rename(staged, join(CACHE, name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Apt = (...args: string[]) => Promise<string>;

/** apt-get with lists and caches of its own. `sources` replaces the machine's list of sources. */
async function ownApt(work: string, sources: string | undefined): Promise<Apt> {
  await mkdir(join(work, 'lists/partial'), { recursive: true });
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true });
  const set = {
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': '',
    'Acquire::Retries': '3',
  };
  const own = sources === undefined ? {} : { 'Dir::Etc::SourceList': sources, 'Dir::Etc::SourceParts': '/dev/null' };
  const options = Object.entries({ ...set, ...own }).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return async (verb, ...args) => {
    const cwd = verb === 'download' ? join(work, 'debs') : work;
    const { stdout } = await run('apt-get', ['-q', '-y', ...options, verb, ...args], {
      cwd,
      maxBuffer: 1 << 26,
      timeout: 240_000,
      env: { ...process.env, LC_ALL: 'C' },
    });
    return stdout;
  };
}

/** The package and what else an installation of it would bring to this machine. */
async function neededPackages(apt: Apt, name: PackageName): Promise<string[]> {
  // One static binary, and one library that needs no other.
  if (name !== 'redis-server') return [name];
  const plan = await apt('install', '--simulate', '--no-install-recommends', name);
  const planned = [...plan.matchAll(/^Inst (\S+) /gm)].map(([, found]) => found as string);
  // The program of Debian's redis-server package is a link into redis-tools.
  return [...new Set([...planned, name, 'redis-tools'])];
}

/** On Debian a sources file with the newer release at the mirror that this machine uses; elsewhere the machine's own sources have to do. */
async function newerRelease(work: string): Promise<string | undefined> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID=debian$/m.test(release) || !existsSync(KEYRING)) return undefined;
  const file = join(work, 'newer.list');
  await writeFile(file, `deb [signed-by=${KEYRING}] ${await debianMirror()} ${NEWER_RELEASE} main\n`);
  return file;
}

async function debianMirror(): Promise<string> {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder) ? await readdir(folder) : [];
  const files = ['/etc/apt/sources.list', ...names.map((file) => join(folder, file))].filter((file) => existsSync(file));
  for (const file of files) {
    const found = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+\/debian\/?)(?:\s|$)/m.exec(await readFile(file, 'utf8'));
    if (found?.[1] !== undefined) return found[1];
  }
  return 'http://deb.debian.org/debian';
}
