import { createHash, randomBytes } from 'node:crypto';
import { revision } from '@mintmark/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase62, toBase62 } from './base62.ts';
import { mintSecret, parseSecret } from './secret.ts';

const letters = fc.stringMatching(/^[a-z]{1,12}$/);
const region = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const index = fc.maxSafeNat().map(revision);
const bits = fc.uint8Array({ minLength: 32, maxLength: 32 });
const hint = fc.record({ kind: letters, region, index });
const HINT = { kind: 'pat', region: 'us-east', index: revision(812) };

describe('minted secrets', () => {
  it('have one constant format', () => {
    expect(mintSecret(HINT, (count) => Buffer.alloc(count))).toBe('mmpat_us-east_812_00000000000000000000000000000000000000000001nB2Fa');
    expect(mintSecret(HINT, (count) => Buffer.alloc(count, 0xff))).toBe('mmpat_us-east_812_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp13hnRp8');
    expect(mintSecret(HINT, randomBytes)).toMatch(/^mmpat_us-east_812_[0-9A-Za-z]{49}$/);
  });

  it('say where and when they were minted, whatever the bits', () => {
    fc.assert(
      fc.property(hint, bits, (given, random) => {
        expect(parseSecret(mintSecret(given, () => random))).toEqual({ ok: true, ...given });
      }),
    );
  });

  it('carry every one of the 256 bits', () => {
    fc.assert(
      fc.property(bits, (random) => {
        const digits = mintSecret(HINT, () => random).slice(-49, -6);
        expect(fromBase62(digits).toString(16).padStart(64, '0')).toBe(Buffer.from(random).toString('hex'));
      }),
    );
  });

  it('are uniform: the low digits of many secrets show no bias', () => {
    const counts = new Array<number>(62).fill(0);
    const draws = 62_000;
    for (let at = 0; at < draws; at += 1) {
      const random = createHash('sha256').update(`draw ${at}`).digest();
      const digit = Number(fromBase62(mintSecret(HINT, () => random).slice(-7, -6)));
      counts[digit] = (counts[digit] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - draws / 62) ** 2 / (draws / 62), 0);
    // 61 degrees of freedom: beyond 100 once in a thousand. The draws are fixed, so this either holds or does not.
    expect(chiSquare).toBeLessThan(100);
  });

  it('are refused offline after any change of one character, truncation or addition', () => {
    const secret = mintSecret(HINT, randomBytes);
    for (let at = 0; at < secret.length; at += 1) {
      for (const char of '0aZ_-. é') {
        if (char === secret[at]) continue;
        expect(parseSecret(secret.slice(0, at) + char + secret.slice(at + 1)).ok, `${at} ${char}`).toBe(false);
      }
      expect(parseSecret(secret.slice(0, at)).ok).toBe(false);
    }
    for (const more of ['0', '\n', ' ', '_']) expect(parseSecret(secret + more)).toEqual({ ok: false, reason: 'malformed' });
    expect(parseSecret(` ${secret}`)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('are refused as mistyped when two characters change places', () => {
    const secret = mintSecret(HINT, (count) => createHash('sha256').update('fixed').digest().subarray(0, count));
    for (let at = 18; at < secret.length - 1; at += 1) {
      if (secret[at] === secret[at + 1]) continue;
      const swapped = secret.slice(0, at) + secret[at + 1] + secret[at] + secret.slice(at + 2);
      expect(parseSecret(swapped)).toEqual({ ok: false, reason: 'bad_checksum' });
    }
  });

  it.each([
    ['nothing', ''],
    ['a UUID', '3f4a0fcd-7c42-773c-25db-2d31ba0c05fe'],
    ['no kind', `mm_us-east_1_${'0'.repeat(49)}`],
    ['a kind in upper case', `mmPAT_us-east_1_${'0'.repeat(49)}`],
    ['no region', `mmpat__1_${'0'.repeat(49)}`],
    ['a region with an underscore', `mmpat_us_east_1_${'0'.repeat(49)}`],
    ['an index with a leading zero', `mmpat_us-east_01_${'0'.repeat(49)}`],
    ['an index beyond 2^53 - 1', `mmpat_us-east_9007199254740992_${'0'.repeat(49)}`],
    ['more than 256 bits', `mmpat_us-east_1_${'z'.repeat(43)}000000`],
    ['1 MB', `mmpat_us-east_1_${'0'.repeat(1_000_000)}`],
  ])('%s is malformed', (_, text) => expect(parseSecret(text)).toEqual({ ok: false, reason: 'malformed' }));

  it('are not minted for a kind, region or index of another form', () => {
    expect(() => mintSecret({ ...HINT, kind: 'p_t' }, randomBytes)).toThrow(/^kind must be/);
    expect(() => mintSecret({ ...HINT, region: 'US' }, randomBytes)).toThrow(/^region must be/);
    expect(() => mintSecret({ ...HINT, index: -1 as never }, randomBytes)).toThrow(RangeError);
  });
});

describe('base 62', () => {
  it('comes back as it went and refuses what does not fit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 62n ** 43n - 1n }), (value) => {
        expect(fromBase62(toBase62(value, 43))).toBe(value);
      }),
    );
    expect(() => toBase62(62n, 1)).toThrow(RangeError);
  });
});
