import type { Principal } from '@mintmark/domain';
import { beforeEach, describe, expect, it } from 'vitest';
import { Strictness } from './strictness.ts';

const BOUND_MS = 5_000;
const principal: Principal = { subject: 'token:x', dialect: 'acl', type: 'client', name: '', policies: [], roleIds: [], roles: [], organizations: [], global: true, expiresAt: null };
const judged = { outcome: 'authenticated', principal } as const;
const local = { outcome: 'authenticated', principal: { ...principal, global: false } } as const;

describe('strictness', () => {
  let passed: number;
  let skew: number;
  const clock = { now: () => 1_000_000 + passed + skew, monotonic: () => passed };
  const made = (wanted: { readonly follows?: boolean; readonly strict?: boolean } = {}): Strictness =>
    new Strictness({ strict: true, boundMs: BOUND_MS, clock, ...wanted, follows: () => (wanted.follows === false ? undefined : 'us') });
  const contact = (at: number, covered = 7, head = 7) => ({ region: 'us', incarnation: 'i', at: 1_000_000 + at, covered: covered as never, head: head as never });

  beforeEach(() => {
    passed = 10_000;
    skew = 0;
  });

  it('lets nobody in before the authority was heard of', () => {
    expect(made().judged(judged, false)).toEqual({ outcome: 'unavailable', stale: true });
  });

  it('lets in up to the bound, counted from when the authority was heard of, and nobody after it', () => {
    const strictness = made();
    strictness.heard(contact(9_000));
    passed = 9_000 + BOUND_MS;
    expect(strictness.judged(judged, false)).toBe(judged);
    passed += 1;
    expect(strictness.judged(judged, false)).toMatchObject({ stale: true });
  });

  it('is not fooled by the same word told again, nor by word of a region that is behind', () => {
    const strictness = made();
    strictness.heard(contact(9_000));
    passed = 20_000;
    strictness.heard(contact(9_000));
    strictness.heard(contact(19_900, 6, 7));
    expect(strictness.judged(judged, false)).toMatchObject({ stale: true });
    strictness.heard(contact(19_950));
    expect(strictness.judged(judged, false)).toBe(judged);
  });

  it('is not made younger by a wall clock that went back', () => {
    const strictness = made();
    strictness.heard(contact(9_000));
    skew = -3_600_000;
    passed = 9_000 + BOUND_MS + 1_001;
    expect(strictness.judged(judged, false)).toMatchObject({ stale: true });
  });

  it('goes by what is said after a clock that says it was ahead for a moment', () => {
    const strictness = made();
    strictness.heard(contact(3_600_000));
    expect(strictness.judged(judged, false)).toBe(judged);
    passed = 16_000;
    strictness.heard(contact(3_600_000));
    expect(strictness.judged(judged, false)).toMatchObject({ stale: true });
    strictness.heard(contact(15_900));
    expect(strictness.judged(judged, false)).toBe(judged);
  });

  it('tells local tokens as ever, and whatever is no allow', () => {
    expect(made().judged(local, true)).toBe(local);
    expect(made().judged({ outcome: 'expired' }, true)).toEqual({ outcome: 'expired' });
  });

  it('holds for a question that asks for it where the region is not strict', () => {
    const strictness = made({ strict: false });
    expect(strictness.judged(judged, false)).toBe(judged);
    expect(strictness.judged(judged, true)).toMatchObject({ stale: true });
  });

  it('never lapses in the authority', () => {
    expect(made({ follows: false }).judged(judged, true)).toBe(judged);
  });
});
