import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type AclApi, notOlderThan } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';

interface VerdictJson {
  verdict: string;
  reason?: string;
  principal?: { subject?: string; type?: string; name?: string; policies?: string[] };
  freshness?: string;
}

/** `POST /v1/validate` (DESIGN section 9). */
export function verdictSuite(fixture: () => Fixture): void {
  describe('verdicts', () => {
    test('a live token is allowed, with its principal and a freshness', async () => {
      const { us } = fixture();
      const token = await us.mint({ Policies: ['ops'] });
      const verdict = await verdictOf(us, token.SecretID);
      expect(verdict).toMatchObject({ verdict: 'allow', principal: { subject: `token:${token.AccessorID}`, type: 'client', policies: ['ops'] } });
      expect(verdict.freshness).toMatch(/^us-east:/);
    });

    test('the request\'s own credential is judged where none is given', async () => {
      const { us } = fixture();
      const token = await us.mint();
      const reply = await us.as(token.SecretID).send('POST', '/v1/validate', { body: {} });
      expect(json<VerdictJson>(reply)).toMatchObject({ verdict: 'allow', principal: { subject: `token:${token.AccessorID}` } });
    });

    test('unknown, malformed, expired and deleted ones are denied with the reason', async () => {
      const { us } = fixture();
      const expired = await us.mint({ AccessorID: randomUUID(), SecretID: randomUUID(), CreateTime: '2020-01-01T00:00:00Z', ExpirationTTL: '1h' });
      const deleted = await us.mint();
      expect(await verdictOf(us, deleted.SecretID)).toMatchObject({ verdict: 'allow' });
      await us.delete(deleted.AccessorID);
      const wanted: [string, string][] = [[randomUUID(), 'unknown'], ['garbage', 'malformed'], ['', 'malformed'], [expired.SecretID, 'expired'], [deleted.SecretID, 'unknown']];
      for (const [secret, reason] of wanted) expect(await verdictOf(us, secret)).toMatchObject({ verdict: 'deny', reason });
    });

    test('P6 P7 a global token is allowed at once and denied within a second of its delete, everywhere', async () => {
      const { eu, all } = fixture();
      const token = await eu.mint({ Global: true });
      for (const verdict of await Promise.all(all.map((api) => verdictOf(api, token.SecretID)))) expect(verdict.verdict).toBe('allow');
      await eu.delete(token.AccessorID);
      expect(await verdictOf(eu, token.SecretID)).toMatchObject({ verdict: 'deny' });
      for (const api of all) await until(`denied in ${api.region.name}`, async () => (await verdictOf(api, token.SecretID)).verdict === 'deny', { within: 1_000, every: 5 });
    });

    test('a freshness out of reach gives the verdict unknown with 503, never deny', async () => {
      const { us, eu } = fixture();
      const token = await us.mint({ Global: true });
      const ahead = token.freshness.replace(/\d+$/, (index) => String(Number(index) + 1_000_000));
      const reply = await validate(eu, token.SecretID, notOlderThan(ahead));
      expect({ status: reply.status, verdict: json<VerdictJson>(reply).verdict }).toEqual({ status: 503, verdict: 'unknown' });
    });

    test('a body of another shape is a problem document with a code', async () => {
      const { us } = fixture();
      for (const body of ['{', '[]', '{"credential":7}', '{"credential":{"dialect":"acl"}}', '{"credential":{"dialect":"nope","value":"x"}}', '{"credential":{"dialect":"acl","value":7}}']) {
        const reply = await us.send('POST', '/v1/validate', { body });
        expect({ body, status: reply.status, type: reply.headers['content-type'] }).toMatchObject({ body, status: 400, type: expect.stringMatching(/^application\/problem\+json/) });
        expect(json<{ code: string }>(reply).code).toMatch(/^[a-z_]+$/);
      }
    });
  });
}

function validate(api: AclApi, value: string, headers: Record<string, string> = {}): Promise<Reply> {
  return api.as(undefined).send('POST', '/v1/validate', { body: { credential: { dialect: 'acl', value } }, headers, query: { wait: '200ms' } });
}

async function verdictOf(api: AclApi, secret: string): Promise<VerdictJson> {
  const reply = await validate(api, secret);
  expect(reply.status).toBe(200);
  return json<VerdictJson>(reply);
}
