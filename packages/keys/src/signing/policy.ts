/** How keys follow one another. All in milliseconds. */
export interface RotationPolicy {
  /** How long a key signs. */
  readonly lifetimeMs: number;
  /** How long a key is published before it signs: at least the `max-age` of the key set, so that no verifier's copy lacks it. */
  readonly publishAheadMs: number;
  /** The longest life of any token; new keys carry it as their own bound. */
  readonly maxTokenLifetimeMs: number;
  /** Bounds each: how far two clocks may differ, how long after `exp` a verifier may still accept, how long an issuer may be unaware of a rotation. */
  readonly skewMs: number;
}

/** So many keys of a region at most are retiring before a rotation is put off. */
export const MAX_RETIRING = 8;
/** So many gone keys are remembered, for whoever looks at the list. */
export const MAX_GONE = 4;

/**
 * From a key's retirement until nothing it signed can be alive. Four differences of at most `skewMs` may come together: an issuer that is unaware
 * signs on, its clock is ahead of the one that retired the key, a verifier accepts late, and its clock is behind the one that drops the key.
 */
export function afterlifeMs(maxTokenLifetimeMs: number, { skewMs }: RotationPolicy): number {
  return maxTokenLifetimeMs + 4 * skewMs;
}

/** Throws a `RangeError` that names the member and what it must be. A policy that passes never lets a schedule need more than `MAX_RETIRING` old keys. */
export function checkRotationPolicy(policy: RotationPolicy): void {
  for (const name of ['lifetimeMs', 'publishAheadMs', 'maxTokenLifetimeMs', 'skewMs'] as const) {
    const value = policy[name];
    if (!Number.isSafeInteger(value) || value < (name === 'skewMs' ? 0 : 1)) {
      throw new RangeError(`${name} must be a whole number of milliseconds, not ${value}`);
    }
  }
  if (policy.lifetimeMs < policy.publishAheadMs) {
    throw new RangeError(`lifetimeMs (${policy.lifetimeMs}) must be at least publishAheadMs (${policy.publishAheadMs})`);
  }
  const least = Math.ceil(afterlifeMs(policy.maxTokenLifetimeMs, policy) / (MAX_RETIRING - 1));
  if (policy.lifetimeMs < least) {
    throw new RangeError(`lifetimeMs (${policy.lifetimeMs}) must be at least ${least}, or more than ${MAX_RETIRING} old keys would have to be kept`);
  }
}
