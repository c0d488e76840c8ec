import { describe, expect, test } from 'vitest';
import { RefusedError } from '../../client/failure.ts';
import { decisionText } from './authorize.ts';
import { EXIT_CODES, verdictOf } from './verdict.ts';

const unknown = { verdict: 'unknown', reason: 'stale' } as const;

describe('a decision', () => {
  test('to allow names the document, line and claim, and those that led there', () => {
    const because = [{ document: 'roles', line: 7, claim: 'role admin' }];
    expect(decisionText({ verdict: 'allow', explanation: { document: 'deploy', line: 3, claim: 'permit read', because } })).toBe('Allowed by deploy:3: permit read\nBecause roles:7: role admin');
  });

  test('to allow without a document is that of a management token', () => {
    expect(decisionText({ verdict: 'allow' })).toBe('Allowed: a management token may do everything');
  });

  test('to deny says why, and which claims are missing', () => {
    const text = decisionText({ verdict: 'deny', reason: 'missing_claim', message: 'Not allowed to read', missing: ['permit read on a::/b', 'permit read on c::/d'] });
    expect(text).toBe('Denied: Not allowed to read\nMissing: permit read on a::/b\nMissing: permit read on c::/d');
  });

  test('to deny a credential says what is wrong with it', () => {
    expect(decisionText({ verdict: 'deny', reason: 'expired' })).toBe('Denied: the token has expired');
  });

  test('that cannot be taken is unknown, never denied, and has an exit code of its own', () => {
    expect(decisionText(unknown)).toBe('Unknown: the region cannot say now (stale); ask again, or another region');
    expect(verdictOf('Error', { status: 503, text: JSON.stringify(unknown) })).toEqual(unknown);
    expect(EXIT_CODES).toEqual({ allow: 0, deny: 2, unknown: 3 });
  });

  test('is not read from a failure', () => {
    expect(() => verdictOf('Error', { status: 503, text: 'region down' })).toThrow(RefusedError);
    expect(() => verdictOf('Error', { status: 400, text: '{"detail":"verb is missing"}' })).toThrow('Error: Unexpected response code: 400 (verb is missing)');
  });
});
