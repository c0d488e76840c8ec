import { type EnvironmentReader, readEnvironment } from '@mintmark/kit/config';
import type { Environment } from '../environment.ts';
import { readExposure } from '../server/exposure.ts';
import { readLimits } from '../server/limits.ts';
import { readSignIn } from '../server/sign-in.ts';
import { readPlatforms } from '../server/platforms.ts';
import { readKeySettings } from '../server/signing-keys.ts';
import { readOwnTokenSettings } from '../server/tokens.ts';
import { readTokenTuning } from '../server/token-tuning.ts';
import { readWaits } from '../server/waits.ts';

/** What the services of this process read from the environment; whatever else is set there is for others. Throws `ConfigError`. */
export function embeddedSettings(env: Environment) {
  const names = new Set(describe().map(({ name }) => name));
  const reader = readEnvironment(Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name) || names.has(name.replace(/_FILE$/, '')))));
  return reader.finish(settingsFrom(reader));
}

export type EmbeddedSettings = ReturnType<typeof embeddedSettings>;

function settingsFrom(reader: EnvironmentReader) {
  const issuer = { ...readLimits(reader), provider: readSignIn(reader), keys: readKeySettings(reader) };
  const platforms = readPlatforms(reader);
  const validator = { ...readTokenTuning(reader), ...readWaits(reader), ...readExposure(reader, false) };
  const tokens = readOwnTokenSettings(reader);
  return () => ({ issuer, platforms, validator, tokens });
}

function describe() {
  const reader = readEnvironment({});
  settingsFrom(reader);
  return reader.describe();
}
