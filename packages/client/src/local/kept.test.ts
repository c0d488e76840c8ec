import { type Freshness, revision } from '@mintmark/domain';
import { expect, test } from 'vitest';
import { type Kept, KeptVerdicts } from './kept.ts';

const at = (index: number, incarnation = 'a'): Freshness => ({ region: 'eu', incarnation, index: revision(index) });

function allow(...marks: number[]): Kept {
  const principal = { subject: 'token:x', dialect: 'acl', type: 'client', name: '', policies: [], roleIds: [], roles: [], organizations: [], global: true, expiresAt: null } as const;
  return { verdict: { verdict: 'allow', principal }, untilMs: Number.POSITIVE_INFINITY, marks };
}

function following(entries = 10): KeptVerdicts {
  const kept = new KeptVerdicts(entries);
  kept.startOver(at(5));
  return kept;
}

test('a verdict is found until one of its marks is told (K1)', () => {
  const kept = following();
  kept.keep('k', allow(1, 2), at(5), kept.asking());
  kept.told([3], at(6));
  expect(kept.get('k')).toBeDefined();
  kept.told([2], at(7));
  expect(kept.get('k')).toBeUndefined();
});

test('an answer that a revocation overtook is not kept (K2)', () => {
  const kept = following();
  const asked = kept.asking();
  kept.told([1], at(6));
  kept.keep('k', allow(1), at(6), asked);
  expect(kept.get('k')).toBeUndefined();
});

test('an answer of a validator that is behind the feed is not kept (K2)', () => {
  const kept = following();
  kept.told([1], at(9));
  kept.keep('k', allow(1), at(8), kept.asking());
  expect(kept.get('k')).toBeUndefined();
  kept.keep('k', allow(1), at(9), kept.asking());
  expect(kept.get('k')).toBeDefined();
});

test('what was asked before a new beginning is not kept, nor what another incarnation says', () => {
  const kept = following();
  const asked = kept.asking();
  kept.startOver(at(9));
  kept.keep('k', allow(1), at(9), asked);
  kept.keep('l', allow(1), at(9, 'b'), kept.asking());
  expect(kept.size).toBe(0);
});

test('what rests on nothing that is told is not kept', () => {
  const kept = following();
  kept.keep('k', allow(), at(9), kept.asking());
  expect(kept.size).toBe(0);
});

test('the verdict not asked for longest makes room, and its marks go with it (K3)', () => {
  const kept = following(2);
  for (const key of ['a', 'b', 'c']) kept.keep(key, allow(7), at(5), kept.asking());
  expect([kept.size, kept.get('a')]).toEqual([2, undefined]);
  kept.told([7], at(6));
  expect(kept.size).toBe(0);
});

test('beyond the changes that are remembered, only what is newer is kept', () => {
  const kept = following();
  const asked = kept.asking();
  for (let index = 0; index < 70_000; index += 1) kept.told([index + 100], at(6 + index));
  kept.keep('old', allow(1), at(5), kept.asking());
  kept.keep('slow', allow(1), at(70_005), asked);
  kept.keep('new', allow(1), at(70_005), kept.asking());
  expect([kept.get('old'), kept.get('slow'), kept.get('new') !== undefined]).toEqual([undefined, undefined, true]);
});
