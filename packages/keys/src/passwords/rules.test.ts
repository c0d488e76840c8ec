import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPasswordRules } from './rules.ts';

const rules = await loadPasswordRules();

describe('rules for new passwords', () => {
  it.each([
    ['seven code points', 'a1!b2?c', 'too_short'],
    ['eight code points', 'a1!b2?c4', undefined],
    ['seven code points of two units each', '🔑🗝🔒🔓🛡⚔🏰', 'too_short'],
    ['eight code points of two units each', '🔑🗝🔒🔓🛡🏰🏯🗿', undefined],
    ['1,024 bytes', 'é'.repeat(512), undefined],
    ['1,025 bytes', `${'é'.repeat(512)}x`, 'too_long'],
    ['half of a surrogate pair', 'password \ud83d ok', 'not_text'],
    ['a common one', 'qwertyuiop', 'too_common'],
    ['a common one in capitals', 'PassWord1', 'too_common'],
    ['no digits, capitals or signs', 'plum tractor window', undefined],
    ['spaces at both ends', '  plum tractor  ', undefined],
  ])('%s', (_, password, problem) => expect(rules.check(password)).toBe(problem));

  it('let any text of 15 to 64 code points pass that is not common', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 15, maxLength: 64, unit: 'grapheme' }), (text) => {
        fc.pre(Buffer.byteLength(text) <= 1_024);
        expect(['too_common', undefined]).toContain(rules.check(text));
      }),
    );
  });
});
