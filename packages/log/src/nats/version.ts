import { LogError } from '../log.ts';

/** From here on replicated streams keep their compare-and-set promises, and the server can be told to sync each write. */
const SOUND: readonly number[] = [2, 10, 27];

/** Refuses a server that must not keep replicated logs, and warns of what one server of its version risks. */
export function checkVersion(version: string, replicas: number, warn: (warning: string) => void): void {
  if (isAtLeast(version, SOUND)) {
    warn(`nats-server ${version}: make sure that its configuration has jetstream { sync_interval: always }; a client cannot see it, and without it a crash of the machine loses up to two minutes of writes`);
    return;
  }
  if (replicas > 1) {
    throw new LogError('unavailable', `nats-server ${version} breaks compare-and-set on replicated streams: use 2.10.27 or newer for ${replicas} replicas, or 1 replica`);
  }
  warn(`nats-server ${version} syncs to disk once a minute and cannot be told otherwise: a crash of the machine loses up to 60 s of writes; use 2.10.27 or newer with jetstream { sync_interval: always }`);
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [at, part] of wanted.entries()) {
    const own = parts[at] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
