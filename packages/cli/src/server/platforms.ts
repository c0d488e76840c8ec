import { readFileSync } from 'node:fs';
import type { EnvironmentReader } from '@mintmark/kit/config';
import { type Platform, readPlatforms as read } from '@mintmark/keys/assertions';

const NAME = 'MINTMARK_PLATFORMS_FILE';

/** Platforms whose assertions count as the credential of a job. */
export function readPlatforms(env: EnvironmentReader): readonly Platform[] {
  const about = 'JSON file of the platforms that vouch for jobs: [{"issuer","audience","jwks":{"keys":[]},"jobs":{"<sub>":"<full name of a job>"}}].';
  const path = env.text(NAME, { about, default: undefined });
  if (path === undefined) return [];
  const platforms = read(parsed(path));
  if (platforms.ok) return platforms.platforms;
  env.fault(NAME, `names a file that ${platforms.problem.startsWith('[') ? `has ${platforms.problem}` : platforms.problem}`);
  return [];
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
