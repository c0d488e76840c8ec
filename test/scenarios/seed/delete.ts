import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { indexOf } from '../support/acl.ts';
import { expectDenied, expectEmpty, expectJson, expectRefusal, expectWriteHeaders } from '../support/expect.ts';
import { type Fixture, quietIndex } from '../support/fixture.ts';
import { until } from '../support/until.ts';

/** NO-38 to NO-41. */
export function deleteSuite(fixture: () => Fixture): void {
  describe('delete', () => {
    test('NO-38 a deleted token is not found and its secret is refused', async () => {
      const { us } = fixture();
      const token = await us.mint();
      expectJson(await us.as(token.SecretID).self());
      expectEmpty(await us.delete(token.AccessorID));
      expectDenied(await us.as(token.SecretID).self());
      expectRefusal(await us.read(token.AccessorID), 404, 'ACL token not found');
      expect(await us.accessors()).not.toContain(token.AccessorID);
    });

    test('NO-39 the delete of a global token is executed in the authority and reaches every region', async () => {
      const { us, eu, all } = fixture();
      const token = await us.mint({ Global: true });
      const reply = await eu.delete(token.AccessorID);
      expectEmpty(reply);
      expectWriteHeaders(reply);
      expectDenied(await us.as(token.SecretID).self());
      expect((await us.read(token.AccessorID)).status).toBe(404);
      expect(indexOf(reply)).toBeGreaterThan(token.ModifyIndex);
      for (const api of all) {
        await until(`gone from ${api.region.name}`, async () => !(await api.accessors()).includes(token.AccessorID));
        await until(`refused in ${api.region.name}`, async () => (await api.as(token.SecretID).self()).status === 403);
      }
    });

    test('NO-40 a delete has an empty body', async () => {
      const { us } = fixture();
      expectEmpty(await us.delete((await us.mint()).AccessorID));
    });

    test('NO-41 a delete needs a management token, an accessor, and does not block', async () => {
      const { us } = fixture();
      const token = await us.mint();
      for (const secret of [undefined, token.SecretID, randomUUID()]) expectDenied(await us.as(secret).delete(token.AccessorID));
      expectJson(await us.as(token.SecretID).self());
      expectRefusal(await us.send('DELETE', '/v1/acl/token'), 405, 'Invalid method');
      expect([400, 404, 405]).toContain((await us.send('DELETE', '/v1/acl/token/')).status);
      const reply = await us.delete(token.AccessorID, { query: { index: (await quietIndex(us)) + 1000, wait: '5s' } });
      expectEmpty(reply);
      expect(reply.elapsed).toBeLessThan(2_500);
    });
  });
}
