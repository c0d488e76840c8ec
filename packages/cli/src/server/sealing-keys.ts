import type { EnvironmentReader } from '@mintmark/kit/config';

/** The keys under which secrets are sealed: the first seals, all open. The same in every region. */
export function readSealingKeys(env: EnvironmentReader): readonly [Uint8Array, ...Uint8Array[]] {
  const text = env.secret('MINTMARK_SEALING_KEYS', {
    about: 'Keys that secrets are sealed with, newest first, separated by commas; the same in every region. Make one with: openssl rand -base64 32',
    pattern: /^[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)*$/,
    accepts: '32 bytes in base64, several separated by commas',
  });
  const [first = new Uint8Array(32), ...older] = text.reveal().split(',').map((key) => Buffer.from(key, 'base64'));
  return [first, ...older];
}
