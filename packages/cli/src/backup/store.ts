import { resolve } from 'node:path';
import { type EnvironmentReader, readEnvironment } from '@mintmark/kit/config';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createSealer, type Sealer } from '@mintmark/keys';
import type { Log } from '@mintmark/log';
import { CLIENT_VARIABLES } from '../client/fallbacks.ts';
import type { Environment } from '../environment.ts';
import { openDataFolder, regionsOf } from '../embedded/data.ts';
import { readCommon, readNats, readReplicas } from '../server/environment.ts';
import { readSealingKeys } from '../server/sealing-keys.ts';

/** Where a region's log is. */
export interface Place {
  /** The data folder of `mintmark dev`; absent: what the environment says, as to the region's replicator. */
  readonly data?: string;
  /** With `data`: which of its regions; default the authority. */
  readonly region?: string;
}

export interface OpenStore extends AsyncDisposable {
  readonly region: string;
  readonly log: Log;
  readonly sealer: Sealer;
}

/** Opens a region's log and the keys that its backups are sealed with. */
export async function openStore(place: Place, env: Environment): Promise<OpenStore> {
  return place.data === undefined ? openDistributed(env) : openFolder(resolve(place.data), place.region);
}

/** The keys alone, to look at a backup. */
export async function openSealer({ data }: Place, env: Environment): Promise<Sealer> {
  if (data !== undefined) return sealerOf([(await folderAt(resolve(data))).sealingKey]);
  const reader = readEnvironment(env, { alsoKnown: [...CLIENT_VARIABLES, ...Object.keys(env)] });
  const keys = readSealingKeys(reader);
  return reader.finish(() => sealerOf(keys));
}

async function openFolder(path: string, wanted: string | undefined): Promise<OpenStore> {
  const { openEmbeddedLog } = await import('@mintmark/log/embedded');
  const folder = await folderAt(path);
  const region = wanted ?? (folder.regions[0] as string);
  if (!folder.regions.includes(region)) throw new Error(`--region must be one of ${folder.regions.join(', ')}`);
  const log = await openEmbeddedLog({ path: folder.logPath(region) });
  return { region, log, sealer: sealerOf([folder.sealingKey]), [Symbol.asyncDispose]: () => log.close() };
}

async function folderAt(path: string) {
  return openDataFolder(path, await regionsOf(path));
}

async function openDistributed(env: Environment): Promise<OpenStore> {
  const { openNatsLog } = await import('@mintmark/log/nats');
  const { region, nats, replicas, keys } = readStoreSettings(readEnvironment(env, { alsoKnown: [...CLIENT_VARIABLES, ...Object.keys(env)] }));
  const log = await openNatsLog({ ...nats, region, replicas });
  return { region, log, sealer: sealerOf(keys), [Symbol.asyncDispose]: () => log.close() };
}

function readStoreSettings(env: EnvironmentReader) {
  const { region } = readCommon(env);
  const nats = readNats(env);
  const replicas = readReplicas(env);
  const keys = readSealingKeys(env);
  return env.finish(() => ({ region, nats, replicas, keys }));
}

function sealerOf(keys: readonly [Uint8Array, ...Uint8Array[]]): Sealer {
  return createSealer(keys, systemWorld.random.bytes);
}
