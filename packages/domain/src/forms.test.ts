import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';
import { formatFreshness, parseFreshness } from './freshness.ts';
import { keyText, parseKey } from './key.ts';
import { KINDS } from './record.ts';
import { revision } from './revision.ts';
import { formatTime, parseTime } from './time.ts';

const ns = (text: string): bigint | string => {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.ns : parsed.problem;
};

describe('durations', () => {
  it.each([
    ['10h', 36_000_000_000_000n],
    ['1h30m', 5_400_000_000_000n],
    ['1.5s', 1_500_000_000n],
    ['-1h', -3_600_000_000_000n],
    ['60000ms', 60_000_000_000n],
    ['0', 0n],
    ['10', 'time: missing unit in duration "10"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
    ['25toString', 'time: unknown unit "toString" in duration "25toString"'],
    ['', 'time: invalid duration ""'],
    ['.s', 'time: invalid duration ".s"'],
    ['99999999999999999h', 'time: invalid duration "99999999999999999h"'],
  ] as const)('%j reads as Go reads it', (text, expected) => expect(ns(text)).toBe(expected));

  it.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1_500n, '1.5µs'],
    [300_000_000n, '300ms'],
    [90_000_000_000n, '1m30s'],
    [36_000_000_000_000n, '10h0m0s'],
    [-3_600_000_000_000n, '-1h0m0s'],
  ] as const)('%s ns is written as Go writes it', (value, expected) => expect(formatDuration(value)).toBe(expected));

  it('come back as they went', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), (value) => ns(formatDuration(value)) === value));
  });
});

describe('times', () => {
  it('keep nine digits and become UTC', () => {
    const at = parseTime('2017-08-23T22:47:14.695408057+02:00');
    expect(formatTime(at ?? 0n)).toBe('2017-08-23T20:47:14.695408057Z');
  });

  it.each(['', 'yesterday', '2026-02-30T00:00:00Z', '2026-01-01T00:00:00', '2026-01-01 00:00:00Z', '2026-01-01T25:00:00Z', '2026-01-01T00:00:00+24:00'])('%j is none', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  it('come back as they went', () => {
    fc.assert(fc.property(fc.bigInt({ min: -62_135_596_800n * 10n ** 9n, max: 253_402_300_799n * 10n ** 9n }), (at) => parseTime(formatTime(at)) === at));
  });
});

describe('keys', () => {
  it('of different records differ, and read back as they were', () => {
    const anyKey = fc.record({ scope: fc.constantFrom('global' as const, 'local' as const), kind: fc.constantFrom(...KINDS), id: fc.string({ minLength: 1, unit: 'grapheme' }) });
    fc.assert(
      fc.property(anyKey, (key) => {
        const text = keyText(key);
        expect(text).toMatch(/^[gl]\.[a-z_]+\.=?[A-Za-z0-9_-]+$/);
        expect(parseKey(text)).toEqual(key);
      }),
    );
  });

  it.each(['', 'g', 'g.token', 'g.meta', 'x.token.a', 'g.nonsense.a', 'g.token.a.b', 'g.token.=', 'g.token.=YQ'])('%j is none', (text) => {
    expect(parseKey(text)).toBeUndefined();
  });
});

describe('freshness', () => {
  it('comes back as it went', () => {
    const freshness = { region: 'us-east', incarnation: 'AkKJOaYXJ9F0pyoEjmS-lg', index: revision(812) };
    expect(parseFreshness(formatFreshness(freshness))).toEqual(freshness);
  });

  it.each(['', 'us-east', 'us-east:a', 'us-east:a:-1', 'us-east:a:1.5', 'US:a:1', 'us-east:a:99999999999999999', 'a:b:c:1'])('%j is none', (text) => {
    expect(parseFreshness(text)).toBeUndefined();
  });
});
