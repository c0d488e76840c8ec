import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AclApi, indexOf, type StubJson } from '../../scenarios/support/acl.ts';
import { expectDenied, expectEmpty, expectJson } from '../../scenarios/support/expect.ts';
import type { Fixture } from '../../scenarios/support/fixture.ts';
import { until } from '../../scenarios/support/until.ts';
import { watch } from './view.ts';

const LOSSES = ['deleted', 'set back', 'emptied'] as const;
const BACK_WITHIN_MS = 30_000;

/** A region whose log is lost is written again from its view (P1): nobody operates, nothing acknowledged is gone, no index goes back. */
export function logSuite(fixture: () => Fixture): void {
  describe.each(['eu', 'us'] as const)('lost log in %s', (where) => {
    test.each(LOSSES)('%s: every token is there again, the deleted one stays deleted, and the index only grew', async (how) => {
      const region = fixture()[where];
      const other = fixture()[where === 'eu' ? 'us' : 'eu'];
      const lose = await loss(region, how);
      const [live, gone] = [await region.mint(), await region.mint()];
      const global = await other.mint({ Global: true });
      await until('the global token is there', async () => (await region.read(global.AccessorID)).status === 200);
      for (const token of [live, gone]) expectJson(await region.as(token.SecretID).self());
      expectEmpty(await region.delete(gone.AccessorID));
      const before = await listed(region);
      const watching = watch(region, live, gone);
      const back = lose().then(() => takesWrites(region));
      await back.catch(() => undefined);
      const seen = await watching.end();
      await back;
      const after = await listed(region);
      expect(seen.wrong).toEqual([]);
      expect(seen.answers).toBeGreaterThan(3);
      expect(after.index).toBeGreaterThan(before.index);
      const found = new Map(after.tokens.map((token) => [token.AccessorID, token]));
      for (const { ModifyIndex, ...token } of before.tokens) {
        expect(found.get(token.AccessorID)).toMatchObject(token);
        expect(found.get(token.AccessorID)?.ModifyIndex).toBeGreaterThanOrEqual(ModifyIndex);
      }
      expect(found.has(gone.AccessorID)).toBe(false);
      expectDenied(await region.as(gone.SecretID).self());
      const later = await region.mint({ Global: true });
      for (const api of [fixture().us, fixture().eu, fixture().ap]) {
        await until(`the new token works in ${api.region.name}`, async () => (await api.as(later.SecretID).self()).status === 200, { within: BACK_WITHIN_MS });
        await until(`the old token works in ${api.region.name}`, async () => (await api.as(global.SecretID).self()).status === 200, { within: BACK_WITHIN_MS });
      }
      expectEmpty(await region.delete(later.AccessorID));
      expectDenied(await region.as(later.SecretID).self());
    }, 120_000);
  });
}

/** A log that loses what its issuer saw acknowledged and its view had not shown yet ends where the view stands: only the issuer knows of it (P1). */
export function unshownSuite(fixture: () => Fixture): void {
  test.each(['eu', 'us'] as const)('a log of %s that lost what its view had not shown takes writes again, and lost nothing that was acknowledged', async (where) => {
    const region = fixture()[where];
    const live = await region.mint();
    await until('the live token works', async () => (await region.as(live.SecretID).self()).status === 200);
    const gone = await fixture().us.mint({ Global: true });
    await until('the global token is there', async () => (await region.read(gone.AccessorID)).status === 200);
    const replicator = region.region.part('replicator');
    await replicator.freeze();
    // Of what the authority deletes now a copy has not heard when it loses its log.
    if (where === 'eu') expectEmpty(await fixture().us.delete(gone.AccessorID));
    const before = await listed(region);
    const copy = await region.region.save('log');
    const unheard = await region.create({ Type: 'client', Policies: ['readonly'] });
    expect(unheard.status).toBeGreaterThanOrEqual(500);
    await region.region.setBack('log', copy).finally(() => copy[Symbol.asyncDispose]());
    await replicator.thaw();
    await takesWrites(region);
    expectJson(await region.as(live.SecretID).self());
    const after = await listed(region);
    expect(after.index).toBeGreaterThan(before.index);
    const decided = new Set((await listed(fixture().us)).tokens.map(({ AccessorID }) => AccessorID));
    const kept = before.tokens.filter(({ AccessorID, Global }) => !Global || decided.has(AccessorID));
    expect(after.tokens.map(({ AccessorID }) => AccessorID)).toEqual(expect.arrayContaining(kept.map(({ AccessorID }) => AccessorID)));
    expect(before.tokens.map(({ AccessorID }) => AccessorID)).toContain(gone.AccessorID);
    if (where === 'eu') await until('the deletion is felt', async () => (await region.as(gone.SecretID).self()).status === 403, { within: BACK_WITHIN_MS });
    for (const api of fixture().all) await until(`${api.region.name} follows`, async () => (await api.as((await fixture().us.mint({ Global: true })).SecretID).self()).status === 200, { within: BACK_WITHIN_MS });
  }, 120_000);
}

/** Prepares the loss; what is returned makes it happen. */
async function loss({ region }: AclApi, how: (typeof LOSSES)[number]): Promise<() => Promise<void>> {
  if (how === 'deleted') return () => region.deleteLog();
  const copy = await region.save('log');
  if (how === 'set back') return () => region.setBack('log', copy).finally(() => copy[Symbol.asyncDispose]());
  await rm(join(copy.path, 'jetstream'), { recursive: true });
  return () => region.setBack('log', copy).finally(() => copy[Symbol.asyncDispose]());
}

async function takesWrites(region: AclApi): Promise<void> {
  await until('the region takes writes again', async () => (await region.create({ Type: 'client', Policies: ['readonly'] })).status === 200, { within: BACK_WITHIN_MS });
}

async function listed(api: AclApi): Promise<{ readonly index: number; readonly tokens: StubJson[] }> {
  const reply = await api.list();
  return { index: indexOf(reply), tokens: expectJson<StubJson[]>(reply) };
}
