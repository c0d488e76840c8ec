/**
 * The life cycle of one region's signing keys: planned, active, retiring, gone. Pure: what to do next follows from the keys, the time and the
 * policy. Each step writes one key, so that an issuer carries it out as one compare-and-set append, and any number of issuers may run at once,
 * each on keys as old as it has them. A key's record is named by its region and sequence, and sequences, not clocks, say which key is the newer one:
 * two issuers that plan the next key at once want to write the same record, and one of them is told. Whatever they do:
 *
 * 1. Once started, `signerOf` names exactly one key; only an emergency can leave none, until the next step.
 * 2. A key was published `publishAheadMs` before its first signature, unless there was no other key to sign with (the first, or after an emergency).
 * 3. A key verifies until the last token it may have signed has expired, the skew included; then it is gone.
 * 4. Keys are bounded in number: one planned, one active, `MAX_RETIRING` retiring and `MAX_GONE` gone ones; a few more until the next steps are done.
 */
import type { ActiveKey, GoneKey, PlannedKey, RetiringKey, SigningKey, SigningKeyFacts } from './key.ts';
import { afterlifeMs, MAX_GONE, MAX_RETIRING, type RotationPolicy } from './policy.ts';

/**
 * One write. `create`: generate a key and append it where no record was ever written; `forget`: append a tombstone; all others: append `key` over the
 * state that was read.
 */
export type KeyStep =
  | { readonly do: 'create'; readonly sequence: number }
  | { readonly do: 'activate'; readonly key: ActiveKey }
  | { readonly do: 'retire'; readonly key: RetiringKey }
  | { readonly do: 'drop'; readonly key: GoneKey }
  | { readonly do: 'forget'; readonly key: GoneKey };

/** Why a rotation by hand is refused. `readyAt` is when it is worth another try. */
export type RotationRefusal =
  | { readonly ok: false; readonly reason: 'no_planned_key' }
  | { readonly ok: false; readonly reason: 'published_too_recently' | 'too_many_keys'; readonly readyAt: number };

/** What the region's issuer does next, or `null` when all is as it should be. `keys` are those of one region; call again after each step. */
export function nextKeyStep(keys: readonly SigningKey[], now: number, policy: RotationPolicy): KeyStep | null {
  const signer = signerOf(keys);
  const planned = plannedOf(keys);
  if (signer === undefined) return planned === undefined ? created(keys) : { do: 'activate', key: activated(planned, now) };
  const superseded = ofState(keys, 'active').find((key) => key !== signer);
  if (superseded !== undefined) return { do: 'retire', key: retired(superseded, now, policy) };
  const over = ofState(keys, 'retiring').find((key) => key.goneAt <= now);
  if (over !== undefined) return { do: 'drop', key: gone(over, now, 'expired') };
  const forgotten = ofState(keys, 'gone').toSorted((a, b) => b.goneAt - a.goneAt || b.sequence - a.sequence)[MAX_GONE];
  if (forgotten !== undefined) return { do: 'forget', key: forgotten };
  if (planned === undefined) return created(keys);
  if (now < signer.activeFrom + policy.lifetimeMs) return null;
  const rotation = rotateKeys(keys, now, policy);
  return rotation.ok ? rotation.step : null;
}

/** Rotation by hand: the planned key becomes active whatever the age of the present one. Refused while that would break invariants 2 or 4. */
export function rotateKeys(keys: readonly SigningKey[], now: number, policy: RotationPolicy): { readonly ok: true; readonly step: Extract<KeyStep, { readonly do: 'activate' }> } | RotationRefusal {
  const planned = plannedOf(keys);
  if (planned === undefined) return { ok: false, reason: 'no_planned_key' };
  const readyAt = planned.createdAt + policy.publishAheadMs;
  if (now < readyAt && signerOf(keys) !== undefined) return { ok: false, reason: 'published_too_recently', readyAt };
  const retiring = ofState(keys, 'retiring');
  if (retiring.length >= MAX_RETIRING) return { ok: false, reason: 'too_many_keys', readyAt: Math.min(...retiring.map((key) => key.goneAt)) };
  return { ok: true, step: { do: 'activate', key: activated(planned, now) } };
}

/**
 * Emergency retirement: the key is gone at once, and with it everything it signed, wherever the write has arrived. Allowed in every state but
 * `gone`. `nextKeyStep` then puts the planned key in its place without waiting.
 */
export function withdrawKey(key: Exclude<SigningKey, GoneKey>, now: number): GoneKey {
  return gone(key, now, 'withdrawn');
}

/** The one key to sign with: of two active ones, which exist between the two writes of a rotation, the newer. */
export function signerOf(keys: readonly SigningKey[]): ActiveKey | undefined {
  return ofState(keys, 'active').toSorted((a, b) => b.sequence - a.sequence)[0];
}

function plannedOf(keys: readonly SigningKey[]): PlannedKey | undefined {
  return ofState(keys, 'planned').toSorted((a, b) => a.sequence - b.sequence)[0];
}

function ofState<S extends SigningKey['state']>(keys: readonly SigningKey[], state: S): readonly Extract<SigningKey, { state: S }>[] {
  return keys.filter((key): key is Extract<SigningKey, { state: S }> => key.state === state);
}

function created(keys: readonly SigningKey[]): KeyStep {
  return { do: 'create', sequence: 1 + Math.max(0, ...keys.map((key) => key.sequence)) };
}

function activated(key: PlannedKey, now: number): ActiveKey {
  return { ...factsOf(key), state: 'active', activeFrom: now };
}

function retired(key: ActiveKey, now: number, policy: RotationPolicy): RetiringKey {
  const { activeFrom } = key;
  return { ...factsOf(key), state: 'retiring', activeFrom, retiredAt: now, goneAt: now + afterlifeMs(key.maxTokenLifetimeMs, policy) };
}

function gone(key: SigningKey, now: number, cause: GoneKey['cause']): GoneKey {
  return { ...factsOf(key), state: 'gone', goneAt: now, cause };
}

function factsOf({ kid, region, sequence, algorithm, publicJwk, createdAt, maxTokenLifetimeMs }: SigningKey): SigningKeyFacts {
  return { kid, region, sequence, algorithm, publicJwk, createdAt, maxTokenLifetimeMs };
}
