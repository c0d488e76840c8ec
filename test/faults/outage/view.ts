import { describe, expect, test } from 'vitest';
import { type AclApi, indexOf, type Minted, type StubJson, type TokenJson } from '../../scenarios/support/acl.ts';
import { expectDenied, expectEmpty, expectJson } from '../../scenarios/support/expect.ts';
import type { Fixture } from '../../scenarios/support/fixture.ts';
import { until } from '../../scenarios/support/until.ts';

/** A region whose view is emptied or away (DESIGN section 5, Lose Redis): it is folded again, and meanwhile nobody valid is called invalid. */
export function viewSuite(fixture: () => Fixture): void {
  describe('lost view', () => {
    test.each(['flush', 'kill'] as const)('%s: the same tokens with the same indexes come back, and no answer in between calls a valid token invalid or a deleted one valid', async (how) => {
      const { eu, us } = fixture();
      const [live, gone] = [await eu.mint(), await eu.mint()];
      const global = await us.mint({ Global: true });
      await until('the global token is there', async () => (await eu.read(global.AccessorID)).status === 200);
      for (const token of [live, gone]) expectJson(await eu.as(token.SecretID).self());
      expectEmpty(await eu.delete(gone.AccessorID));
      const before = await listed(eu);
      const watching = watch(eu, live, gone);
      await lose(eu, how);
      await until('the region is ready', async () => (await eu.call('GET', '/readyz')).status === 200, { within: 30_000 });
      const after = await until('the list is whole', async () => {
        const now = await listed(eu);
        return now.index >= before.index && now;
      }, { within: 20_000 });
      const seen = await watching.end();
      expect(after).toEqual(before);
      expect(seen.wrong).toEqual([]);
      expect(seen.answers).toBeGreaterThan(3);
      expectJson<TokenJson>(await eu.as(live.SecretID).self());
      expectDenied(await eu.as(gone.SecretID).self());
      expectJson(await eu.as((await eu.mint()).SecretID).self());
    }, 60_000);
  });
}

async function lose({ region }: AclApi, how: 'flush' | 'kill'): Promise<void> {
  if (how === 'flush') return region.flushView();
  await region.part('view').kill();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return region.part('view').restart();
}

/** Uses both tokens again and again; an answer other than "cannot tell" must be the right one. */
export function watch(api: AclApi, live: Minted, gone: Minted): { end(): Promise<{ readonly wrong: string[]; readonly answers: number }> } {
  let running = true;
  const wrong: string[] = [];
  let answers = 0;
  const loop = (async () => {
    while (running) {
      for (const [token, right] of [[live, 200], [gone, 403]] as const) {
        const reply = await api.as(token.SecretID).self({}, { within: 10_000 });
        answers += 1;
        if (reply.status !== right && reply.status !== 503) wrong.push(`${right} expected, got ${reply.status} ${reply.text.slice(0, 80)}`);
      }
    }
  })();
  return { async end() { running = false; await loop; return { wrong, answers }; } };
}

/** The list with every index in it. */
async function listed(api: AclApi): Promise<{ readonly index: number; readonly tokens: StubJson[] }> {
  const reply = await api.list();
  return { index: indexOf(reply), tokens: expectJson<StubJson[]>(reply) };
}
