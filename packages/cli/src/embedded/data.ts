import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRecordSigner, GoodSignatures, RECORD_ROLES, recordKey, recordPublicKey, type RecordRole, type RecordSigner, type TrustedKey, trustedKey } from '@mintmark/keys/records';

/*
 * What lies in a data folder:
 *   cluster.json                     the regions, the authority first
 *   sealing.key                      32 bytes in base64, mode 0600
 *   REGION/{issuer,replicator}.key   what their records are signed with: 32 bytes in base64, mode 0600
 *   REGION/log/                      the region's log
 *   REGION/acl-bootstrap-reset       an operator's leave to bootstrap again, until it is used
 */

/** Thrown when a data folder cannot be used as asked. The message says what to do. */
export class DataFolderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DataFolderError';
  }
}

export interface DataFolder {
  readonly regions: readonly string[];
  readonly sealingKey: Uint8Array;
  /** Those of all regions in the folder. */
  readonly recordKeys: readonly TrustedKey[];
  /** What is known of signatures in this process. */
  readonly good: GoodSignatures;
  recordSigner(region: string, role: RecordRole): RecordSigner;
  logPath(region: string): string;
  bootstrapResetFile(region: string): string;
}

interface ClusterFile {
  readonly version: 1;
  readonly regions: readonly string[];
}

/** Opens a data folder, or makes it. The authority cannot change; further regions may join. */
export async function openDataFolder(path: string, regions: readonly string[]): Promise<DataFolder> {
  const [authority] = regions;
  const known = await readCluster(path);
  if (known !== undefined && known.regions[0] !== authority) {
    throw new DataFolderError(`${path} belongs to a cluster whose authority is ${known.regions[0]}; start it with that region first, or name another --data folder`);
  }
  for (const region of regions) await mkdir(join(path, region), { recursive: true, mode: 0o700 });
  const all = [...new Set([...(known?.regions ?? []), ...regions])];
  await writeWhole(join(path, 'cluster.json'), `${JSON.stringify({ version: 1, regions: all } satisfies ClusterFile, null, 2)}\n`);
  const keys = await recordKeys(path, all);
  const good = new GoodSignatures();
  return {
    good,
    regions,
    sealingKey: await secretKey(join(path, 'sealing.key'), 'secrets were sealed with it'),
    recordKeys: keys.map(({ region, role, seed }) => trustedKey(region, role, recordPublicKey(seed))),
    recordSigner(region, role) {
      const own = keys.find((key) => key.region === region && key.role === role);
      if (own === undefined) throw new DataFolderError(`${path} has no region ${region}`);
      return createRecordSigner(recordKey(own.seed), good);
    },
    logPath: (region) => join(path, region, 'log'),
    bootstrapResetFile: (region) => resetFile(path, region),
  };
}

/** The authority of the cluster whose data lie in the folder. */
export async function authorityOf(path: string): Promise<string> {
  return (await regionsOf(path))[0];
}

/** The regions of that cluster, the authority first. */
export async function regionsOf(path: string): Promise<readonly [string, ...string[]]> {
  const [authority, ...others] = (await readCluster(path))?.regions ?? [];
  if (authority === undefined) throw new DataFolderError(`there is no cluster in ${path}: name its --data folder`);
  return [authority, ...others];
}

export function resetFile(path: string, region: string): string {
  return join(path, region, 'acl-bootstrap-reset');
}

/** Writes a file so that a crash leaves either the old or the new one. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  await writeFile(beside, text, { mode: 0o600, flush: true });
  await rename(beside, path);
}

async function readCluster(path: string): Promise<ClusterFile | undefined> {
  const text = await readFile(join(path, 'cluster.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const cluster = JSON.parse(text) as Partial<ClusterFile>;
  if (cluster.version !== 1 || !Array.isArray(cluster.regions)) throw new DataFolderError(`${path} was written by another version of mintmark`);
  return cluster as ClusterFile;
}

interface KeyOfRecords {
  readonly region: string;
  readonly role: RecordRole;
  readonly seed: Uint8Array;
}

async function recordKeys(path: string, regions: readonly string[]): Promise<readonly KeyOfRecords[]> {
  const wanted = regions.flatMap((region) => RECORD_ROLES.map((role) => ({ region, role })));
  return Promise.all(wanted.map(async ({ region, role }) => ({ region, role, seed: await secretKey(join(path, region, `${role}.key`), 'records were signed with it') })));
}

/** 32 bytes that are made once. */
async function secretKey(path: string, why: string): Promise<Uint8Array> {
  try {
    await writeFile(path, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = Buffer.from(await readFile(path, 'utf8'), 'base64');
  if (key.length !== 32) throw new DataFolderError(`${path} must hold 32 bytes in base64; restore it from a backup: ${why}`);
  return key;
}
