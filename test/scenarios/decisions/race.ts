import { describe, expect, test } from 'vitest';
import { type AclApi, named, succeeded } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { authorize, putPolicy } from './support.ts';

const ASKERS = 8;
const BEFORE_MS = 700;
/** P7: how long a connected region may take. */
const BOUND_MS = 1_000;
const AFTER_MS = BOUND_MS + 700;
const EVERY_MS = 8;

interface Asked {
  readonly at: number;
  readonly verdict: string;
}

/** A permission that is taken away while it is asked about a thousand times a second. */
export function raceSuite(fixture: () => Fixture): void {
  describe('policy revocation race', () => {
    test('no allow in us-east after the write has returned, none in eu-west after the bound', async () => {
      const { us, eu } = fixture();
      const name = named('race');
      succeeded(await putPolicy(us, name, 'job::/race { { permit read } }'), 'save');
      const { SecretID } = await us.mint({ Policies: [name], Global: true });
      for (const api of [us, eu]) expect((await authorize(api.as(SecretID), 'read', 'job::/race::a')).verdict).toBe('allow');
      const over = performance.now() + BEFORE_MS + AFTER_MS;
      const asking = Promise.all([us, eu].map((api) => askUntil(api.as(SecretID), over)));
      await paused(BEFORE_MS);
      succeeded(await putPolicy(us, name, 'job::/race { { permit start } }'), 'save');
      const returned = performance.now();
      const [here, there] = (await asking) as [Asked[], Asked[]];
      const allowed = (asked: readonly Asked[], from: number): number => asked.filter(({ at, verdict }) => at >= from && verdict === 'allow').length;
      expect(here.filter(({ at }) => at < returned).length).toBeGreaterThan(50);
      expect(there.filter(({ at }) => at > returned + BOUND_MS).length).toBeGreaterThan(50);
      expect([allowed(here, returned), allowed(there, returned + BOUND_MS)]).toEqual([0, 0]);
      expect([...here, ...there].filter(({ verdict }) => verdict === 'unknown')).toEqual([]);
    });
  });
}

async function askUntil(api: AclApi, over: number): Promise<Asked[]> {
  const asked: Asked[] = [];
  const asker = async (): Promise<void> => {
    while (performance.now() < over) {
      const at = performance.now();
      asked.push({ at, verdict: (await authorize(api, 'read', 'job::/race::a')).verdict });
      await paused(Math.max(0, EVERY_MS - (performance.now() - at)));
    }
  };
  await Promise.all(Array.from({ length: ASKERS }, asker));
  return asked;
}

function paused(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
