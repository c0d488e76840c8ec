import { validator } from '@mintmark/contract';
import { revision } from '@mintmark/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ValidatorContext } from '../context.ts';
import { batchOf, ResponseEncoder, streamedOf } from './encoded.ts';

const { VERDICT_ALLOW } = validator.Verdict;

const principals = fc.record({
  subject: fc.string({ maxLength: 300 }),
  dialect: fc.constant('acl'),
  type: fc.constantFrom('client', 'management'),
  name: fc.string({ unit: 'grapheme', maxLength: 300 }),
  policies: fc.array(fc.string(), { maxLength: 20 }),
  roleIds: fc.array(fc.uuid(), { maxLength: 5 }),
  roles: fc.array(fc.string(), { maxLength: 3 }),
  organizations: fc.array(fc.uuid(), { maxLength: 3 }),
  global: fc.boolean(),
  audience: fc.constantFrom('', 'soc'),
  expiresAt: fc.constantFrom('', '2026-01-02T03:04:05.123456789Z'),
});
const responses = fc.array(principals.map((principal) => ({ verdict: VERDICT_ALLOW, reason: '', principal, freshness: 'eu:a:1' })), { maxLength: 30 });
const ids = fc.oneof(fc.constantFrom(0, 1, 127, 128, 2 ** 31, 2 ** 32, 2 ** 49, Number.MAX_SAFE_INTEGER), fc.maxSafeNat());

/** An encoder, and a way to move what its validator covers. */
function encoder(): { readonly encoder: ResponseEncoder; moveTo(index: number | undefined): void; readonly strictness: { toldMs: number | undefined } } {
  const follower: { position: unknown } = { position: undefined };
  const strictness: { toldMs: number | undefined } = { toldMs: undefined };
  return {
    strictness,
    encoder: new ResponseEncoder({ region: 'eu', follower, strictness } as unknown as ValidatorContext),
    moveTo: (index) => {
      follower.position = index === undefined ? undefined : { epoch: 'e', incarnation: 'a', revision: revision(index) };
    },
  };
}

function encoded(message: validator.ValidateResponse): Buffer {
  return Buffer.from(validator.ValidateResponse.encode(message).finish());
}

test('an allowing answer has the bytes that the generated code writes, at every index', () => {
  const { encoder: of, moveTo, strictness } = encoder();
  const told = fc.option(fc.oneof(fc.constantFrom(0, 1, 127, 128, 16_384), fc.maxSafeNat()), { nil: undefined });
  fc.assert(
    fc.property(principals, fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }), told, (principal, index, stalenessMs) => {
      strictness.toldMs = stalenessMs;
      moveTo(index);
      const freshness = index === undefined ? '' : `eu:a:${index}`;
      const bytes = of.allowed(validator.Principal.encode(principal).finish());
      expect(bytes.equals(encoded({ verdict: VERDICT_ALLOW, reason: '', principal, freshness, stalenessMs }))).toBe(true);
    }),
  );
});

test('a batch has the bytes that the generated code writes', () => {
  fc.assert(
    fc.property(responses, (all) => {
      const expected = validator.BatchValidateResponse.encode({ responses: all }).finish();
      expect(batchOf(all.map(encoded)).equals(expected)).toBe(true);
    }),
  );
});

test('a streamed answer has the bytes that the generated code writes, for every id', () => {
  fc.assert(
    fc.property(ids, principals, (id, principal) => {
      const response = { verdict: VERDICT_ALLOW, reason: '', principal, freshness: '' };
      const expected = validator.ValidateStreamResponse.encode({ id, response, restsOn: [] }).finish();
      expect(streamedOf(id, encoded(response)).equals(expected)).toBe(true);
    }),
  );
});
