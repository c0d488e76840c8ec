import { describe, expect, test } from 'vitest';
import { filesBelow, SecretScanner } from './canary.ts';
import type { Fixture } from './fixture.ts';
import { until } from './until.ts';

/** P8, over everything that the tests before it in the same cluster have handed out. `write` makes a record of a name. */
export function canarySuite(fixture: () => Fixture, write: (fixture: Fixture, name: string) => Promise<unknown> = ({ us }, Name) => us.mint({ Name })): void {
  describe('P8 secrets', () => {
    test('no secret handed out in this run is in any byte of stores, dumps and logs', async () => {
      const { cluster, secrets } = fixture();
      expect(secrets.size).toBeGreaterThanOrEqual(4);
      await cluster.settle();
      const scanner = new SecretScanner(secrets);
      const leaks = [];
      let bytes = 0;
      for (const file of filesBelow(cluster.folders)) {
        bytes += file.bytes.length;
        leaks.push(...scanner.scan(file.path, file.bytes));
      }
      expect(leaks).toEqual([]);
      expect(bytes).toBeGreaterThan(10_000);
    });

    test('the stores that are scanned hold what was written', async () => {
      const { cluster } = fixture();
      const marker = `marker-${crypto.randomUUID()}`;
      await write(fixture(), marker);
      await until('the name of a new token is found in the stored bytes', async () => {
        await cluster.settle();
        for (const { bytes } of filesBelow(cluster.folders)) if (bytes.includes(marker)) return true;
        return false;
      }, { every: 200 });
    });

    test('no secret handed out in this run is in an answer that tells of an error', async () => {
      const { all, secrets, refusals } = fixture();
      const scanner = new SecretScanner(secrets);
      expect(refusals.flatMap((refusal) => (scanner.scan('an error', Buffer.from(refusal)).length > 0 ? [refusal.slice(0, 300)] : []))).toEqual([]);
      const planted = await all[0]?.call('GET', '/nothing-is-here');
      expect(refusals.at(-1)).toContain(planted?.text);
    });

    test('no secret handed out in this run is in /metrics', async () => {
      const { all, secrets } = fixture();
      const scanner = new SecretScanner(secrets);
      for (const api of all) {
        const reply = await api.call('GET', '/metrics');
        expect(reply.status).toBe(200);
        expect(scanner.scan('/metrics', reply.body)).toEqual([]);
      }
    });
  });
}
