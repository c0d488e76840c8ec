import { readFileSync, statSync } from 'node:fs';
import type { EnvironmentReader } from '@mintmark/kit/config';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { type Platform, type ReadPlatforms, readPlatforms as read } from '@mintmark/keys/assertions';

const NAME = 'MINTMARK_PLATFORMS_FILE';
/** How soon a change of the file counts. */
const LOOK_EVERY_MS = 1_000;

/** Platforms as they are now; what is wrong with a changed file is told once per change, and the platforms of before count on. */
export type PlatformSource = (warn: (problem: string) => void) => () => readonly Platform[];

/** Platforms whose assertions count as the credential of a job. The file is read again when it changes, as when a platform changes its keys. */
export function readPlatforms(env: EnvironmentReader): PlatformSource {
  const about =
    'JSON file of the platforms that vouch for jobs: [{"issuer","audience","jwks":{"keys":[]},"jobs":{"<sub>":"<full name of a job>"}}]. Read again when it changes.';
  const path = env.text(NAME, { about, default: undefined });
  if (path === undefined) return () => () => [];
  const first = fileOf(path);
  if (!first.ok) env.fault(NAME, first.problem);
  return (warn) => following(path, first.ok ? first.platforms : [], warn);
}

function following(path: string, first: readonly Platform[], warn: (problem: string) => void): () => readonly Platform[] {
  const { monotonic } = systemWorld.clock;
  let platforms = first;
  // What was read before this is not dated: the first look reads again.
  let seen = '';
  let lookAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (monotonic() < lookAt) return platforms;
    lookAt = monotonic() + LOOK_EVERY_MS;
    const version = versionOf(path);
    if (version === seen) return platforms;
    seen = version;
    const again = fileOf(path);
    if (again.ok) platforms = again.platforms;
    else warn(`${NAME} ${again.problem}: the platforms of before count on`);
    return platforms;
  };
}

/** Differs once the file was written or replaced. */
function versionOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return 'away';
  }
}

function fileOf(path: string): ReadPlatforms {
  const result = read(parsed(path));
  if (result.ok) return result;
  return { ok: false, problem: `names a file that ${result.problem.startsWith('[') ? `has ${result.problem}` : result.problem}` };
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
