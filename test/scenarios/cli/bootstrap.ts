import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { UUID } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { output, run, lineValue } from './run.ts';

/** `mintmark acl bootstrap` (specs 6.2), on a cluster that has not been. Gives the secret that it made. */
export function bootstrapSuite(fixture: () => Fixture): () => string {
  let root = '';
  describe('mintmark acl bootstrap', () => {
    const env = () => ({ MINTMARK_ADDR: fixture().eu.region.http });

    test('refuses a secret that is no UUID, and says so', async () => {
      const { code, stderr } = await run('acl bootstrap -', { env: env(), input: 'my secret' });
      expect({ code, stderr }).toEqual({ code: 1, stderr: 'Error bootstrapping: Unexpected response code: 400 (invalid acl token)\nCorrect what the message names, then repeat\n' });
    });

    test('makes the first management token with the secret from standard input', async () => {
      const secret = randomUUID();
      const block = await output(run('acl bootstrap -', { env: env(), input: `${secret}\n` }));
      root = lineValue(block, 'Secret ID');
      expect(root).toBe(secret);
      expect(lineValue(block, 'Accessor ID')).toMatch(UUID);
      expect([lineValue(block, 'Name'), lineValue(block, 'Type'), lineValue(block, 'Global')]).toEqual(['Bootstrap Token', 'management', 'true']);
    });

    test('a second time fails with the reset index and the next step', async () => {
      const { code, stdout, stderr } = await run('acl bootstrap', { env: env() });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^Error bootstrapping: Unexpected response code: 400 \(ACL bootstrap already done \(reset index: \d+\)\)\nTo bootstrap once more: `mintmark operator bootstrap-reset`/);
    });

    test('once more after the operator allowed it, with -json', async () => {
      await fixture().cluster.resetBootstrap();
      const token = JSON.parse(await output(run('acl bootstrap -json', { env: env() }))) as { Type: string; SecretID: string };
      expect(token).toMatchObject({ Type: 'management', SecretID: expect.stringMatching(UUID) });
    });
  });
  return () => root;
}
