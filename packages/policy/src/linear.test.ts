import { describe, expect, test } from 'vitest';
import { check } from './check/check.ts';
import { compile } from './engine/compile.ts';
import { decide } from './engine/decide.ts';
import { PolicySet } from './engine/policy-set.ts';
import { readRules } from './hcl/rules.ts';
import { SHAPES, WORK } from './shapes.fixture.ts';

/** Four times the input may take this many times as long: linear work takes 4, quadratic 16. */
const MOST = 9;
const ROUNDS = 4;
const TRIES = 5;

/** The least of several runs, in ms: what the work takes when nothing else is in the way. */
function least(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

/** Growth over a fourfold input. Of several tries the least, since a busy machine only ever makes it look greater. */
function growth(small: () => void, large: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES && best > MOST; attempt += 1) {
    // Below a twentieth of a millisecond it is the clock that is measured.
    best = Math.min(best, least(large) / Math.max(least(small), 0.05));
  }
  return best;
}

describe('four times the text takes at most linearly more', () => {
  test.each(Object.keys(SHAPES))('%s', (name) => {
    const shape = SHAPES[name] as (size: number) => string;
    const size = name.startsWith('HCL') ? 15_000 : 40_000;
    const [small, large] = [shape(size), shape(size * 4)];
    const read = (text: string) => () => {
      readRules(text);
      check(text);
    };
    expect(growth(read(small), read(large))).toBeLessThan(MOST);
  });
});

describe('four times the rules take at most linearly more', () => {
  test.each(Object.keys(WORK))('%s', (name) => {
    const work = WORK[name] as (rules: number) => string;
    const decided = (rules: number): (() => void) => {
      const set = PolicySet.of([compile('d', work(rules))]);
      return () => decide([set], { verb: 'read', resource: 'job::/a::b', claims: [{ issuer: 'auth_server@apcera.me', type: 'name', value: 'tom' }] });
    };
    expect(growth(decided(1_000), decided(4_000))).toBeLessThan(MOST);
  });
});
