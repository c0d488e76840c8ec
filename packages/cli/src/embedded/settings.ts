import { readEnvironment } from '@mintmark/kit/config';
import type { Environment } from '../environment.ts';
import { readLimits } from '../server/limits.ts';
import { readSignIn } from '../server/sign-in.ts';

/** What the issuers of this process read from the environment; whatever else is set there is for others. Throws `ConfigError`. */
export function embeddedSettings(env: Environment) {
  const names = namesRead();
  const reader = readEnvironment(Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name.replace(/_FILE$/, '')))));
  const limits = readLimits(reader);
  const provider = readSignIn(reader);
  return reader.finish(() => ({ ...limits, provider }));
}

export type EmbeddedSettings = ReturnType<typeof embeddedSettings>;

function namesRead(): ReadonlySet<string> {
  const reader = readEnvironment({});
  readLimits(reader);
  readSignIn(reader);
  return new Set(reader.describe().map(({ name }) => name));
}
