import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { generateSigningKey } from './generate.ts';
import type { SigningKey } from './key.ts';
import { signingKeyBody, signingKeyId, signingKeyOf } from './record.ts';

it('a key of every state reads back from its record as it was', async () => {
  const request = { region: 'us-east', sequence: 3, algorithm: 'ES256', now: 1, maxTokenLifetimeMs: 1_000 } as const;
  const { key } = await generateSigningKey(request, randomBytes);
  const states: readonly SigningKey[] = [
    key,
    { ...key, state: 'active', activeFrom: 2 },
    { ...key, state: 'retiring', activeFrom: 2, retiredAt: 3, goneAt: 4 },
    { ...key, state: 'gone', goneAt: 4, cause: 'expired' },
    { ...key, state: 'gone', goneAt: 4, cause: 'withdrawn' },
  ];
  for (const state of states) expect(signingKeyOf(signingKeyBody(state))).toEqual(state);
  expect(signingKeyId(key)).toBe('us-east.3');
});
