import { expect, test } from 'vitest';
import type { AclApi, Minted } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { asides, followed, promote, verdictOf } from './support.ts';

/** P11, P2: the authority, eu, is killed with writes that nobody else has; another region takes its place, and then it comes back. */
export function forced(fixture: () => Fixture): void {
  let lost: Minted;
  let old: Minted;

  test('a region is promoted by force where the authority is gone', async () => {
    const { us, eu, ap } = fixture();
    old = await eu.mint({ Global: true, Name: 'old' });
    for (const api of [us, ap]) await until('the token is there', async () => (await api.read(old.AccessorID)).status === 200);
    await Promise.all([us, ap].map(({ region }) => region.part('replicator').kill()));
    lost = await eu.mint({ Global: true, Name: 'lost' });
    expect((await eu.delete(old.AccessorID)).status).toBe(200);
    await eu.region.stop();
    await Promise.all([us, ap].map(({ region }) => region.part('replicator').restart()));
    expect((await promote(ap)).status).toBe(503);
    await until('ap is promoted', async () => (await promote(ap, { force: true })).status === 200, { within: 30_000, every: 500 });
    await followed('ap-south', [us, ap]);
    const made = await until('us writes again', () => minted(us), { within: 20_000 });
    for (const api of [us, ap]) await until('it is there', async () => (await verdictOf(api, made.SecretID)) === 'allow');
    expect(await verdictOf(ap, lost.SecretID)).toBe('deny unknown');
  }, 120_000);

  test('the old authority is fenced before it accepts one write, and what it alone had is set aside and listed', async () => {
    const { us, eu, ap } = fixture();
    await eu.region.start();
    const freshness: string[] = [];
    const made = await until('eu writes', async () => {
      const reply = await eu.create({ Name: 'after', Type: 'client', Policies: ['p'], Global: true });
      if (reply.status === 200) freshness.push(String(reply.headers['x-mintmark-freshness']));
      return reply.status === 200 ? json<Minted>(reply) : false;
    });
    expect(freshness.every((text) => text.startsWith('ap-south:'))).toBe(true);
    await followed('ap-south', [us, eu, ap]);
    const listed = await until('what was not handed over is listed', async () => {
      const found = await asides(eu);
      const ended = found.find(({ id }) => id === old.AccessorID);
      return found.some(({ id }) => id === lost.AccessorID) && ended !== undefined && ended.carriedOver !== null && found;
    });
    expect(listed.find(({ id }) => id === lost.AccessorID)).toMatchObject({ state: 'written', region: 'eu-west', held: false, carriedOver: null });
    expect(listed.find(({ id }) => id === old.AccessorID)).toMatchObject({ state: 'deleted', region: 'eu-west', held: true });
    for (const api of [us, eu, ap]) {
      await until('the revocation holds everywhere', async () => (await verdictOf(api, old.SecretID)) === 'deny unknown');
      await until('what was lost is lost everywhere', async () => (await verdictOf(api, lost.SecretID)) === 'deny unknown');
      await until('what came after is everywhere', async () => (await verdictOf(api, made.SecretID)) === 'allow');
    }
  }, 120_000);
}

async function minted(api: AclApi): Promise<Minted | false> {
  const reply = await api.create({ Name: 'made', Type: 'client', Policies: ['p'], Global: true });
  return reply.status === 200 ? json<Minted>(reply) : false;
}
