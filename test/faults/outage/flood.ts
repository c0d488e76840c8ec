import { afterAll, describe, expect, test } from 'vitest';
import { type AclApi, indexOf, type Minted, named } from '../../scenarios/support/acl.ts';
import { expectJson } from '../../scenarios/support/expect.ts';
import type { Fixture } from '../../scenarios/support/fixture.ts';
import type { Reply } from '../../scenarios/support/http.ts';
import { until } from '../../scenarios/support/until.ts';

const CLIENT = { Type: 'client', Policies: ['readonly'] };
const FLOOD = 200;
/** By which a validator may grow under such a flood. */
const GROWTH_BYTES = 128 << 20;
const MAX_WRITES = 64;
const MAX_FORWARDS = 16;
const PER_CLIENT = 32;

/** What the cluster of these tests allows: little, so that a small flood is beyond it. */
export const FLOOD_LIMITS = {
  issuerEnv: () => ({ MINTMARK_MAX_WRITES: String(MAX_WRITES), MINTMARK_MAX_FORWARDS: String(MAX_FORWARDS) }),
  validatorEnv: () => ({ MINTMARK_MAX_WATCHERS_PER_CLIENT: String(PER_CLIENT) }),
};

/** More than is allowed, while something stands still: refused at once and with advice, memory bounded, everything else goes on, and so does this afterwards. */
export function floodSuite(fixture: () => Fixture): void {
  describe('a flood', () => {
    afterAll(async () => {
      await fixture().us.region.part('issuer').thaw();
      await fixture().eu.region.part('log').thaw();
    });

    test('of global writes, while the authority stands still', async () => {
      const { us, eu } = fixture();
      const known = await eu.mint();
      await us.region.part('issuer').freeze();
      await flood(eu, { ...CLIENT, Global: true }, MAX_FORWARDS, async () => {
        await stillServes(eu, known);
        // The region's own writes go on too.
        expectJson(await eu.as((await eu.mint()).SecretID).self());
        await us.region.part('issuer').thaw();
      });
      await until('a global write', async () => (await eu.create({ ...CLIENT, Name: named('after'), Global: true })).status === 200, { within: 20_000 });
    }, 60_000);

    test('of local writes, while the log stands still', async () => {
      const { eu } = fixture();
      const known = await eu.mint();
      await eu.region.part('log').freeze();
      await flood(eu, CLIENT, MAX_WRITES, async () => {
        await stillServes(eu, known);
        await eu.region.part('log').thaw();
      });
      await until('a local write', async () => (await eu.create({ ...CLIENT, Name: named('after') })).status === 200, { within: 20_000 });
    }, 60_000);

    test('of blocking queries of one token, which leaves places for others', async () => {
      const { eu } = fixture();
      const other = await eu.mint({ Type: 'management', Policies: null });
      const index = indexOf(await eu.list());
      const replies: Reply[] = [];
      const asked = Array.from({ length: PER_CLIENT + 8 }, () => eu.list({ index, wait: '60s' }, { within: 60_000 }).then((reply) => replies.push(reply)));
      await until('those beyond the bound are refused', async () => replies.length >= 8);
      expect(replies.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(Array.from({ length: 8 }, () => [429, '1']));
      expectJson(await eu.as(other.SecretID).list({ index, wait: '10ms' }));
      await eu.mint();
      await Promise.all(asked);
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(PER_CLIENT);
    }, 60_000);
  });
}

/** Asks for more writes than may wait. `meanwhile` begins once all others have been refused, and has to end what holds up those that wait. */
async function flood(api: AclApi, body: object, most: number, meanwhile: () => Promise<void>): Promise<void> {
  const before = await residentBytes(api);
  const replies: Reply[] = [];
  const asked = Array.from({ length: FLOOD }, () => api.create({ Name: named('flood'), ...body }, { within: 60_000 }).then((reply) => replies.push(reply)));
  await until('those beyond the bound are refused', async () => replies.length >= FLOOD - most);
  for (const { status, headers, text } of replies) expect([status, headers['retry-after'], text]).toEqual([503, '1', expect.stringMatching(/nothing was written/)]);
  expect((await residentBytes(api)) - before).toBeLessThan(GROWTH_BYTES);
  await meanwhile();
  await Promise.all(asked);
  for (const { status } of replies) expect([200, 503, 504]).toContain(status);
}

async function stillServes(api: AclApi, known: Minted): Promise<void> {
  for (const reply of await Promise.all(Array.from({ length: 50 }, () => api.as(known.SecretID).self()))) expectJson(reply);
  expectJson(await api.read(known.AccessorID));
}

async function residentBytes(api: AclApi): Promise<number> {
  const { text } = await api.call('GET', '/metrics');
  expect(text).toMatch(/^mintmark_bound_limit\{bound="issuer_writes"/m);
  return Number(/^process_resident_memory_bytes\S* (\S+)/m.exec(text)?.[1] ?? Number.NaN);
}
