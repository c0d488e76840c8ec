import { describe, expect, test } from 'vitest';
import { type AclApi, freshnessOf } from '../support/acl.ts';
import { filesBelow } from '../support/canary.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { watched } from '../policies/watch.ts';
import { type AccessTokenJson, asks, makes } from './access-tokens.ts';
import { type Person, person, succeeds } from './people.ts';
import { login, verdictOf } from './sessions.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** By so much a token outlives its idle expiry, as use is told once a minute. */
const IDLE_SLACK = 120 * SECOND;

/** What the issuers of these tests are told: sweeps all the time, and an hour's notice. */
export const SWEEPING = { MINTMARK_TOKEN_GC_INTERVAL: '200ms', MINTMARK_EXPIRY_NOTICE: '1h' };

interface Shown extends AccessTokenJson {
  readonly expiresSoon: boolean;
  readonly lastUsed: { readonly at: string } | null;
}

/** What only time does, in a cluster whose clock is set forward. The tests stand in their order: the clock never goes back. */
export function timeSuite(fixture: () => Fixture): void {
  let ahead = 0;
  const passes = async (ms: number): Promise<void> => {
    ahead += ms;
    await fixture().cluster.clock?.advance(ms);
  };
  const expiryIn = (ms: number): string => new Date(Date.now() + ahead + ms).toISOString();
  const shown = async (api: AclApi, who: Person, { id }: AccessTokenJson): Promise<Shown> => json<Shown>(succeeds(await asks(api, who, 'GET', `/${id}`), 200));
  const somebody = async (): Promise<Person> => {
    const people = person(fixture());
    const { id: organization } = await people.organization();
    return people.user({ organizations: [{ organization, role: 'Standard' }] });
  };
  const dynamic = { dynamicAccess: true, role: 'Standard' };

  describe('idle expiry', () => {
    test('a token that nobody uses ends everywhere; use in any region keeps one alive, and then its end is written down', async () => {
      const { us, eu, all } = fixture();
      const who = await somebody();
      const [unused, used] = [await makes(fixture(), us, who, { ...dynamic, idleExpirySeconds: 300 }), await makes(fixture(), us, who, { ...dynamic, idleExpirySeconds: 300 })];
      await passes(250 * SECOND);
      await until('the use is told', async () => {
        expect(await verdictOf(eu, 'personal', used.token)).toMatchObject({ verdict: 'allow' });
        return (await shown(us, who, used)).lastUsed !== null;
      });
      await passes(50 * SECOND + IDLE_SLACK);
      for (const api of all) expect(await verdictOf(api, 'personal', unused.token)).toMatchObject({ verdict: 'deny' });
      for (const api of all) expect(await verdictOf(api, 'personal', used.token)).toMatchObject({ verdict: 'allow' });
      const written = await until('the sweeper writes down that it is over', async () => {
        const token = await shown(us, who, unused);
        return token.revokedAt !== null && token;
      });
      expect(written).toMatchObject({ status: 'REVOKED', revokedReason: 'unused' });
      expect(await shown(us, who, used)).toMatchObject({ status: 'ACTIVE', revokedReason: null });
      await passes(300 * SECOND + IDLE_SLACK + MINUTE);
      for (const api of all) expect(await verdictOf(api, 'personal', used.token)).toMatchObject({ verdict: 'deny' });
      expect(await shown(us, who, used)).toMatchObject({ status: 'REVOKED', revokedReason: 'unused' });
    });
  });

  describe('expiry soon', () => {
    const eventsOf = (id: string): number => {
      let count = 0;
      for (const { bytes } of filesBelow(fixture().cluster.folders)) {
        for (const line of bytes.toString('utf8').split('\n')) if (line.includes('"expires_soon"') && line.includes(id)) count += 1;
      }
      return count;
    };

    test('is told once of a token within the configured time: as an event, to watchers, and in every region’s listing', async () => {
      const { us, eu, all } = fixture();
      const who = await somebody();
      const after = await headOf(eu);
      const [soon, later, never] = [await makes(fixture(), us, who, { ...dynamic, expiry: expiryIn(90 * MINUTE) }), await makes(fixture(), us, who, { ...dynamic, expiry: expiryIn(DAY) }), await makes(fixture(), us, who, dynamic)];
      expect(await shown(us, who, soon)).toMatchObject({ expiresSoon: false });
      await passes(31 * MINUTE);
      for (const api of all) await until(`${api.region.name} shows it`, async () => (await shown(api, who, soon)).expiresSoon);
      const told = (await watched(eu.region.grpc, eu.secret ?? '', { kind: 'personal_token', after }, await headOf(eu))).filter(({ id, deleted }) => !deleted && [soon.id, later.id, never.id].includes(id));
      expect(told.map(({ id }) => id)).toEqual([soon.id, later.id, never.id, soon.id]);
      await until('the event is logged', async () => eventsOf(soon.id) > 0);
      await aSweep();
      expect([eventsOf(soon.id), eventsOf(later.id), eventsOf(never.id)]).toEqual([1, 0, 0]);
      for (const api of all) expect(await verdictOf(api, 'personal', soon.token)).toMatchObject({ verdict: 'allow' });
      for (const token of [later, never]) expect(await shown(eu, who, token)).toMatchObject({ expiresSoon: false });
      await us.region.part('issuer').kill();
      await us.region.part('issuer').restart();
      await until('writes are decided again', async () => (await us.send('POST', '/v1/organizations', { body: { name: 'x', alias: `x${Date.now()}` } })).status === 201, { within: 30_000 });
      await aSweep();
      expect(eventsOf(soon.id)).toBe(1);
      await passes(MINUTE * 60);
      expect(await verdictOf(eu, 'personal', soon.token)).toMatchObject({ verdict: 'deny' });
      expect(await shown(us, who, soon)).toMatchObject({ status: 'REVOKED', revokedReason: 'expired', expiresSoon: false });
    }, 90_000);
  });

  /** A whole sweep has run: a session that is over when it begins is gone by its end, and personal tokens come after sessions. */
  async function aSweep(): Promise<void> {
    const { us } = fixture();
    const who = await somebody();
    const [first, second] = [await headOf(us), 2];
    for (let made = 0; made < second; made += 1) {
      const { ApprendaSessionToken: token } = await login(fixture(), us, who, 'account');
      const ended = await us.send('DELETE', `/v1/users/${who.id}/sessions`);
      succeeds(ended, 204);
      expect(token).not.toBe('');
      const written = Number(freshnessOf(ended).split(':').at(-1));
      expect(written).toBeGreaterThan(0);
      await until('the session that was ended is swept', async () => (await headOf(us)) > written, { within: 30_000 });
    }
    expect(await headOf(us)).toBeGreaterThan(first);
  }

  describe('the sweepers', () => {
    test('a session that is over by time is over in every region at once, and is swept: an index each, and no more', async () => {
      const { us, all } = fixture();
      const who = await somebody();
      const tokens = await Promise.all([1, 2, 3].map(async () => (await login(fixture(), us, who, 'account')).ApprendaSessionToken));
      await aSweep();
      const before = await headOf(us);
      await passes(1_801 * SECOND);
      for (const api of all) for (const token of tokens) expect(await verdictOf(api, 'session', token)).toMatchObject({ verdict: 'deny' });
      await until('three are swept', async () => (await headOf(us)) >= before + tokens.length);
      await aSweep();
      for (const api of all) for (const token of tokens) expect(await verdictOf(api, 'session', token)).toMatchObject({ verdict: 'deny' });
    }, 90_000);

    test('a token that is revoked is listed for ninety days, and then nowhere; it stays refused', async () => {
      const { us, all } = fixture();
      const who = await somebody();
      const token = await makes(fixture(), us, who, dynamic);
      succeeds(await asks(us, who, 'POST', `/${token.id}/revoke`), 200);
      await passes(89 * DAY);
      await aSweep();
      for (const api of all) expect(await shown(api, who, token)).toMatchObject({ status: 'REVOKED', revokedReason: 'by hand' });
      await passes(2 * DAY);
      for (const api of all) await until('it is gone', async () => (await asks(api, who, 'GET', `/${token.id}`)).status === 404, { within: 20_000 });
      for (const api of all) expect(await verdictOf(api, 'personal', token.token)).toMatchObject({ verdict: 'deny' });
    }, 60_000);

    test('tokens that are over are gone an hour later, in every region, also those that were made before the issuer began', async () => {
      const { us, eu, all } = fixture();
      const [before, home, kept] = [await us.mint({ Global: true, ExpirationTTL: '1h' }), await eu.mint({ ExpirationTTL: '1h' }), await us.mint({ Global: true, ExpirationTTL: '23h' })];
      await us.region.part('issuer').kill();
      await us.region.part('issuer').restart();
      await until('writes are decided again', async () => (await us.create({ Name: 'x', Type: 'client', Policies: ['x'] })).status === 200, { within: 30_000 });
      const after = await us.mint({ Global: true, ExpirationTTL: '1h' });
      const listed = async (api: AclApi): Promise<string[]> => {
        const ids = json<readonly { readonly AccessorID: string }[]>(succeeds(await api.list(), 200)).map(({ AccessorID }) => AccessorID);
        return [before, home, kept, after].map(({ AccessorID }) => AccessorID).filter((id) => ids.includes(id));
      };
      await passes(61 * MINUTE);
      expect(await listed(us)).toEqual([before, kept, after].map(({ AccessorID }) => AccessorID));
      await passes(61 * MINUTE);
      for (const api of all) await until(`they are gone in ${api.region.name}`, async () => (await listed(api)).join() === kept.AccessorID, { within: 20_000 });
    }, 90_000);
  });
}

/** The index of a region that its view shows. */
async function headOf(api: AclApi): Promise<number> {
  const [status] = json<{ readonly index: number }[]>(await api.call('GET', '/v1/regions', { query: { only: 'self' } }));
  if (status === undefined) throw new Error('a region tells nothing of itself');
  return status.index;
}
