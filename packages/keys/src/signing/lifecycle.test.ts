import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedKey, SigningKey } from './key.ts';
import { type KeyStep, nextKeyStep, rotateKeys, signerOf, withdrawKey } from './lifecycle.ts';
import { checkRotationPolicy, MAX_GONE, MAX_RETIRING, type RotationPolicy } from './policy.ts';

const MINUTE = 60_000;
const POLICY: RotationPolicy = { lifetimeMs: 600 * MINUTE, publishAheadMs: 60 * MINUTE, maxTokenLifetimeMs: 1_500 * MINUTE, skewMs: MINUTE };

function planned(sequence: number, createdAt: number): PlannedKey {
  const kid = `k${sequence}`;
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x: kid } as const;
  return { kid, region: 'us-east', sequence, algorithm: 'EdDSA', publicJwk, createdAt, maxTokenLifetimeMs: POLICY.maxTokenLifetimeMs, state: 'planned' };
}

/** What a log holds, and the compare-and-set of one key that it offers. */
class Keys {
  readonly #held = new Map<number, SigningKey | 'tombstone'>();

  get all(): readonly SigningKey[] {
    return [...this.#held.values()].filter((key) => key !== 'tombstone');
  }

  /** Whether the write took place: only over the state that the writer has seen. */
  write(step: KeyStep, seen: readonly SigningKey[], now: number): boolean {
    const sequence = step.do === 'create' ? step.sequence : step.key.sequence;
    if (this.#held.get(sequence) !== seen.find((key) => key.sequence === sequence)) return false;
    this.#held.set(sequence, step.do === 'create' ? planned(sequence, now) : step.do === 'forget' ? 'tombstone' : step.key);
    return true;
  }

  /** Steps until there is nothing to do; how many there were. */
  settle(now: number): number {
    for (let steps = 0; ; steps += 1) {
      const step = nextKeyStep(this.all, now, POLICY);
      if (step === null) return steps;
      if (steps > 100) throw new Error('never settles');
      this.write(step, this.all, now);
    }
  }
}

function settled(now: number): Keys {
  const keys = new Keys();
  keys.settle(now);
  return keys;
}

const states = (keys: Keys): readonly string[] => keys.all.map((key) => `${key.kid} ${key.state}`);

describe('the life cycle of signing keys', () => {
  it('starts with one key that signs at once and the next one published', () => {
    expect(states(settled(0))).toEqual(['k1 active', 'k2 planned']);
  });

  it('goes round: the planned key signs, the old one verifies on, then is gone', () => {
    const keys = settled(0);
    keys.settle(POLICY.lifetimeMs - 1);
    expect(states(keys)).toEqual(['k1 active', 'k2 planned']);
    keys.settle(POLICY.lifetimeMs);
    expect(states(keys)).toEqual(['k1 retiring', 'k2 active', 'k3 planned']);
    keys.settle(POLICY.lifetimeMs + POLICY.maxTokenLifetimeMs + 4 * POLICY.skewMs - 1);
    expect(states(keys)).toEqual(['k1 retiring', 'k2 retiring', 'k3 active', 'k4 planned']);
    keys.settle(POLICY.lifetimeMs + POLICY.maxTokenLifetimeMs + 4 * POLICY.skewMs);
    expect(states(keys)[0]).toBe('k1 gone');
  });

  it('an emergency ends a key at once and puts the published one in its place without waiting', () => {
    const keys = settled(0);
    const active = signerOf(keys.all);
    if (active === undefined) throw new Error('no signer');
    keys.write({ do: 'drop', key: withdrawKey(active, MINUTE) }, keys.all, MINUTE);
    keys.settle(MINUTE);
    expect(states(keys)).toEqual(['k1 gone', 'k2 active', 'k3 planned']);
    expect(keys.all[0]).toMatchObject({ cause: 'withdrawn', goneAt: MINUTE });
  });

  it('rotation by hand is refused until the next key has been published long enough, and while too many old keys are alive', () => {
    const keys = settled(0);
    expect(rotateKeys(keys.all, MINUTE, POLICY)).toEqual({ ok: false, reason: 'published_too_recently', readyAt: POLICY.publishAheadMs });
    expect(rotateKeys([], 0, POLICY)).toEqual({ ok: false, reason: 'no_planned_key' });
    let now = 0;
    for (let turn = 0; turn < MAX_RETIRING; turn += 1) {
      now += POLICY.publishAheadMs;
      const rotation = rotateKeys(keys.all, now, POLICY);
      if (!rotation.ok) throw new Error(rotation.reason);
      keys.write(rotation.step, keys.all, now);
      keys.settle(now);
    }
    now += POLICY.publishAheadMs;
    expect(rotateKeys(keys.all, now, POLICY)).toMatchObject({ ok: false, reason: 'too_many_keys', readyAt: expect.any(Number) });
  });

  it('a policy that could not be kept is refused by name', () => {
    expect(() => checkRotationPolicy(POLICY)).not.toThrow();
    expect(() => checkRotationPolicy({ ...POLICY, publishAheadMs: POLICY.lifetimeMs + 1 })).toThrow(/lifetimeMs .* publishAheadMs/);
    expect(() => checkRotationPolicy({ ...POLICY, maxTokenLifetimeMs: POLICY.lifetimeMs * MAX_RETIRING })).toThrow(/lifetimeMs/);
    expect(() => checkRotationPolicy({ ...POLICY, skewMs: -1 })).toThrow(/skewMs/);
    expect(() => checkRotationPolicy({ ...POLICY, publishAheadMs: Number.NaN })).toThrow(/publishAheadMs/);
  });
});

const ISSUERS = [-0.5, 0, 0.5].map((share) => share * POLICY.skewMs);

const issuer = fc.nat(ISSUERS.length - 1);
const command = fc.oneof(
  { weight: 24, arbitrary: fc.record({ do: fc.constantFrom('step', 'step', 'sign'), issuer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('see', 'rotate'), issuer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 1, max: 2 * POLICY.lifetimeMs }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 1, max: MINUTE / 2 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('jump'), offMs: fc.integer({ min: -MINUTE, max: MINUTE }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw'), which: fc.nat() }) },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** Several issuers with clocks of their own and what they have seen of the log, at most `skewMs` old when they sign or write. */
class Region {
  readonly keys = new Keys();
  readonly #seen = ISSUERS.map((): { keys: readonly SigningKey[]; at: number } => ({ keys: [], at: 0 }));
  /** When the last token of each key is refused by every verifier. */
  readonly #tokensEnd = new Map<string, number>();
  readonly #firstSignature = new Map<string, number>();
  /** Keys that signed although they were young: nobody saw another one to sign with. */
  readonly #early = new Set<string>();
  now = 0;
  /** From an activation until an emergency. */
  started = false;

  run(command: Command): void {
    if (command.do === 'wait') this.now += command.ms;
    else if (command.do === 'jump') this.now = Math.max(this.now, this.#nextInstant() + command.offMs);
    else if (command.do === 'withdraw') this.#withdraw(command.which);
    else if (command.do === 'see') this.#seen[command.issuer] = { keys: this.keys.all, at: this.now };
    else this.#act(command.do, command.issuer);
  }

  /** When something is due next. */
  #nextInstant(): number {
    const due = this.keys.all.map((key) => {
      if (key.state === 'planned') return key.createdAt + POLICY.publishAheadMs;
      return key.state === 'active' ? key.activeFrom + POLICY.lifetimeMs : key.goneAt;
    });
    return Math.min(...due.filter((at) => at > this.now), Number.MAX_SAFE_INTEGER) % Number.MAX_SAFE_INTEGER;
  }

  #act(what: 'step' | 'sign' | 'rotate', issuer: number): void {
    if (this.now - (this.#seen[issuer]?.at ?? 0) > POLICY.skewMs) this.#seen[issuer] = { keys: this.keys.all, at: this.now };
    const seen = this.#seen[issuer]?.keys ?? [];
    const clock = this.now + (ISSUERS[issuer] ?? 0);
    if (what === 'sign') return this.#sign(seen, clock);
    const rotation = what === 'rotate' ? rotateKeys(seen, clock, POLICY) : undefined;
    const step = rotation === undefined ? nextKeyStep(seen, clock, POLICY) : rotation.ok ? rotation.step : null;
    if (step === null) return;
    if (!this.keys.write(step, seen, clock)) return;
    if (step.do === 'activate' && signerOf(seen) === undefined) this.#early.add(step.key.kid);
    if (step.do === 'drop') expect(this.#tokensEnd.get(step.key.kid) ?? 0, 'a key is gone after its tokens').toBeLessThanOrEqual(this.now);
    if (step.do === 'activate') this.started = true;
  }

  #sign(seen: readonly SigningKey[], clock: number): void {
    const signer = signerOf(seen);
    if (signer === undefined) return;
    this.#tokensEnd.set(signer.kid, Math.max(this.#tokensEnd.get(signer.kid) ?? 0, clock + signer.maxTokenLifetimeMs + POLICY.skewMs));
    if (this.#firstSignature.has(signer.kid)) return;
    this.#firstSignature.set(signer.kid, clock);
    if (!this.#early.has(signer.kid)) expect(clock - signer.createdAt).toBeGreaterThanOrEqual(POLICY.publishAheadMs - POLICY.skewMs);
  }

  #withdraw(which: number): void {
    const alive = this.keys.all.filter((key) => key.state !== 'gone');
    const key = alive[which % alive.length];
    if (key === undefined) return;
    this.keys.write({ do: 'drop', key: withdrawKey(key, this.now) }, this.keys.all, this.now);
    this.started = false;
  }
}

describe('any number of issuers, whatever they do and however late they see it', () => {
  it('have one signer once started, sign with published keys, keep keys for their tokens and stay few', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 50, maxLength: 200, size: 'max' }), (commands) => {
        const region = new Region();
        for (const each of commands) {
          region.run(each);
          if (region.started) expect(signerOf(region.keys.all)).toBeDefined();
          const count = (state: SigningKey['state']): number => region.keys.all.filter((key) => key.state === state).length;
          expect(count('planned')).toBeLessThanOrEqual(1);
          expect(count('active') + count('retiring')).toBeLessThanOrEqual(2 + MAX_RETIRING);
        }
        region.keys.settle(region.now + POLICY.skewMs);
        expect(region.keys.all.filter((key) => key.state === 'active')).toHaveLength(1);
        expect(region.keys.all.filter((key) => key.state === 'gone').length).toBeLessThanOrEqual(MAX_GONE);
      }),
      { numRuns: 300 },
    );
  });

  it('one issuer that keeps up has exactly one active key and one planned one at every moment', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 * POLICY.lifetimeMs }), { maxLength: 60 }), (waits) => {
        const keys = settled(0);
        let now = 0;
        for (const wait of waits) {
          now += wait;
          keys.settle(now);
          const count = (state: SigningKey['state']): number => keys.all.filter((key) => key.state === state).length;
          expect([count('active'), count('planned')]).toEqual([1, 1]);
          expect(count('retiring')).toBeLessThanOrEqual(MAX_RETIRING);
          expect(keys.all.length).toBeLessThanOrEqual(2 + MAX_RETIRING + MAX_GONE);
        }
      }),
      { numRuns: 200 },
    );
  });
});
