import { ISSUER_DEFAULTS } from '@mintmark/issuer';
import type { EnvironmentReader } from '@mintmark/kit/config';

/** Limits and intervals of an issuer. */
export function readLimits(env: EnvironmentReader) {
  const d = ISSUER_DEFAULTS;
  const minExpiryMs = env.durationMs('MINTMARK_TOKEN_MIN_EXPIRATION', { about: 'How near a token may expire.', default: d.minExpiryMs, minMs: 0 });
  const maxExpiryMs = env.durationMs('MINTMARK_TOKEN_MAX_EXPIRATION', { about: 'How far away a token may expire.', default: d.maxExpiryMs, minMs: 1_000 });
  if (minExpiryMs > maxExpiryMs) env.fault('MINTMARK_TOKEN_MIN_EXPIRATION', 'must not be longer than MINTMARK_TOKEN_MAX_EXPIRATION');
  const everyMs = env.durationMs('MINTMARK_TOKEN_GC_INTERVAL', { about: 'How often expired tokens are deleted.', default: d.sweep.everyMs, minMs: 100 });
  const keepMs = env.durationMs('MINTMARK_TOKEN_GC_THRESHOLD', { about: 'How long an expired token is still listed.', default: d.sweep.keepMs, minMs: 0 });
  const expiryNoticeMs = env.durationMs('MINTMARK_EXPIRY_NOTICE', { about: 'How long before its expiry it is told, once, that a personal token expires soon; 0s: never.', default: d.expiryNoticeMs, minMs: 0 });
  const writeTimeoutMs = env.durationMs('MINTMARK_WRITE_TIMEOUT', { about: 'How long a write may wait to be shown by the region.', default: d.writeTimeoutMs, minMs: 100 });
  const maxWrites = env.integer('MINTMARK_MAX_WRITES', { about: 'Writes in hand at once, those that wait included; further ones are refused with 503.', default: d.maxWrites, min: 1, max: 65_536 });
  const maxForwards = env.integer('MINTMARK_MAX_FORWARDS', { about: 'Of those, writes that wait for the authority; reads and logins as many again.', default: d.maxForwards, min: 1, max: 65_536 });
  const threads = env.integer('MINTMARK_PASSWORD_THREADS', { about: 'Passwords that are checked at once.', default: d.passwords.threads, min: 1, max: 64 });
  const queue = env.integer('MINTMARK_PASSWORD_QUEUE', { about: 'Logins that may wait for that; further ones are told to come back.', default: d.passwords.queue, min: 0, max: 65_536 });
  return { minExpiryMs, maxExpiryMs, sweep: { everyMs, keepMs }, expiryNoticeMs, writeTimeoutMs, maxWrites, maxForwards, passwords: { threads, queue } };
}
