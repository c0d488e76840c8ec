import { expect, test } from 'vitest';
import { output, run } from '../cli/run.ts';
import type { TokenJson } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { asides, followed, promote, verdictOf } from './support.ts';

/** P11: the authority is handed over while clients write in every region. */
export function planned(fixture: () => Fixture): void {
  test('a planned promotion under load loses nothing, and everybody follows by himself', async () => {
    const { us, eu, ap } = fixture();
    const acknowledged: TokenJson[] = [];
    const revoked = new Set<string>();
    const unsure = new Set<string>();
    const over = new AbortController();
    const write = async (api: typeof us): Promise<void> => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        const reply = await api.create({ Name: `load-${n}`, Type: 'client', Policies: ['p'], Global: true });
        if (reply.status !== 200) continue;
        const token = json<TokenJson>(reply);
        acknowledged.push(token);
        if (n % 3 !== 0) continue;
        // What is not answered with success may have happened all the same.
        unsure.add(token.AccessorID);
        if ((await api.delete(token.AccessorID)).status !== 200) continue;
        unsure.delete(token.AccessorID);
        revoked.add(token.AccessorID);
      }
    };
    const writers = [us, eu, ap].map(write);
    // Local writes go on while global ones are drained: the log never stands still by itself.
    const handedOver = new AbortController();
    const local = async (): Promise<void> => {
      while (!handedOver.signal.aborted) expect((await us.create({ Type: 'client', Policies: ['p'] })).status).toBe(200);
    };
    const locals = Array.from({ length: 16 }, local);
    await until('writes are under way', async () => acknowledged.length > 10);
    const reply = await promote(eu);
    handedOver.abort();
    await Promise.all(locals);
    expect(json(reply)).toMatchObject({ authority: 'eu-west', from: 'us-east', epoch: 1 });
    const before = acknowledged.length;
    await followed('eu-west', [us, eu, ap]);
    const listed = await output(run(['region', 'list'], { env: { MINTMARK_ADDR: ap.region.http } }));
    expect(listed).toMatch(/^eu-west +authority +eu-west +1 +http:\S+ +ready +\d+ +-$/m);
    expect(listed).toMatch(/^us-east +replica +eu-west +1 +http:\S+ +ready +\d+ +\d+ revisions, \d+ ms$/m);
    await until('writes go on', async () => acknowledged.length > before + 10);
    over.abort();
    await Promise.all(writers);
    for (const api of [us, eu, ap]) {
      const wrong: string[] = [];
      await until(`${api.region.name} shows what was acknowledged`, async () => {
        wrong.length = 0;
        for (const { AccessorID, SecretID } of acknowledged) {
          if (unsure.has(AccessorID)) continue;
          const verdict = await verdictOf(api, SecretID);
          if (verdict !== (revoked.has(AccessorID) ? 'deny unknown' : 'allow')) wrong.push(`${AccessorID} ${verdict}`);
        }
        return wrong.length === 0;
      });
      expect(await asides(api)).toEqual([]);
    }
  }, 60_000);
}
