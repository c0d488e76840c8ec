import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AclApi, Minted } from '../../scenarios/support/acl.ts';
import type { PartName } from '../../scenarios/support/cluster.ts';
import type { Fixture } from '../../scenarios/support/fixture.ts';
import { json } from '../../scenarios/support/http.ts';

/** Whom the region cannot ask: the authority's issuer standing still, the authority's issuer gone, its own issuer gone. */
const MUTE = [
  ['the authority\'s issuer is frozen', 'us', 'freeze'],
  ['the authority\'s issuer is killed', 'us', 'kill'],
  ['its own issuer is killed', 'eu', 'kill'],
] as const;

/**
 * DESIGN ideas 5 and section 5: a region that lacks a token and cannot ask for it says `unknown`. It never guesses, and it works again at once
 * when it can ask (P6).
 */
export function unknownSuite(fixture: () => Fixture): void {
  describe('a region that lacks a valid token', () => {
    beforeAll(() => fixture().eu.region.part('replicator').freeze());
    afterAll(() => fixture().eu.region.part('replicator').thaw());

    test.each(MUTE)('while %s it says that it cannot tell, never that the token is invalid; after that it allows it at first use', async (_what, where, how) => {
      const { us, eu } = fixture();
      const region = fixture()[where].region;
      const [early, late] = [await mintSome(us), await mintSome(us)];
      await region.part(ISSUER)[how]();
      const during = await judged(eu, early);
      await region.part(ISSUER)[how === 'freeze' ? 'thaw' : 'restart']();
      const after = await Promise.all(late.map((token) => verdictOf(eu, token)));
      expect(during).toEqual(early.map(() => 'self 503, validate 503 unknown'));
      expect(after).toEqual(late.map(() => '200 allow'));
    }, 60_000);
  });
}

const ISSUER: PartName = 'issuer';

async function mintSome(us: AclApi): Promise<Minted[]> {
  const made: Minted[] = [];
  for (let at = 0; at < 10; at += 1) made.push(await us.mint({ Global: true }));
  return made;
}

/** What the region says of each token, at both of its ways to use one. */
function judged(api: AclApi, tokens: readonly Minted[]): Promise<string[]> {
  return Promise.all(tokens.map(async (token) => `self ${(await api.as(token.SecretID).self()).status}, validate ${await verdictOf(api, token)}`));
}

async function verdictOf(api: AclApi, { SecretID }: Minted): Promise<string> {
  const reply = await api.as(SecretID).send('POST', '/v1/validate', { body: {} });
  return `${reply.status} ${json<{ verdict: string }>(reply).verdict}`;
}
