import { LogError } from '../log.ts';

/** From here on replicated streams keep compare-and-set and their sequences. */
const SOUND: readonly number[] = [2, 10, 27];
/** From here on `sync_interval` exists. */
const SYNCS: readonly number[] = [2, 10, 0];
/** From here on a consumer's filter stands in the subject of its creation, where permissions can see it. */
const OLDEST: readonly number[] = [2, 9, 0];

/** Throws `unavailable` for a server that must not keep this log; else returns what an operator should know of it. */
export function judgeServer(version: string, replicas: number): readonly string[] {
  const server = `nats-server ${version}`;
  if (!isAtLeast(version, OLDEST)) throw new LogError('unavailable', `${server} is too old: use 2.10.27 or newer`);
  if (replicas > 1 && !isAtLeast(version, SOUND)) {
    throw new LogError(
      'unavailable',
      `${server} must not keep a log of ${replicas} replicas: several writers win one compare-and-set there; use 2.10.27 or newer, or 1 replica`,
    );
  }
  const risks: string[] = [];
  if (!isAtLeast(version, SOUND)) risks.push(`${server} is accepted for one server per region only: replicated logs need 2.10.27 or newer`);
  risks.push(
    isAtLeast(version, SYNCS)
      ? `${server}: make sure that its configuration says jetstream { sync_interval: always }; a client cannot see it, and without it a crash of the machine loses up to two minutes of acknowledged writes`
      : `${server} syncs to disk once a minute and cannot be told otherwise: a crash of the machine loses up to 60 s of acknowledged writes, unless its store lies on a file system mounted with -o sync`,
  );
  return risks;
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [at, part] of wanted.entries()) {
    const own = parts[at] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
