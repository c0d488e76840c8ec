import { expect, test } from 'vitest';
import { validator } from '@mintmark/client';
import type { Fixture } from '../support/fixture.ts';
import type { Mode } from '../support/cluster.ts';
import { until } from '../support/until.ts';
import { aclOf, kept, revoked, validatorOf } from './support.ts';

const BOUND_MS = 2_000;

/** What a process that follows a region does while the region's validator is dead or stands still. */
export function processSuite(fixture: () => Fixture, mode: Mode): void {
  test.runIf(mode === 'distributed')('what only the authority has shown is not kept: of a token that ends before it arrives the region never tells', async () => {
    const { us, eu } = fixture();
    await using stack = new AsyncDisposableStack();
    const local = stack.use(await validatorOf(eu.region));
    const replicator = eu.region.part('replicator');
    await replicator.freeze();
    let frozen = true;
    stack.defer(() => (frozen ? replicator.thaw() : undefined));
    const short = await us.mint({ Global: true });
    expect(await local.check(aclOf(short.SecretID))).toMatchObject({ verdict: 'allow' });
    expect([local.state().trusted, local.checkAtOnce(aclOf(short.SecretID))]).toEqual([true, undefined]);
    await revoked(us, short.AccessorID);
    await replicator.thaw();
    frozen = false;
    await kept(local, aclOf((await us.mint({ Global: true })).SecretID));
    expect(await local.check(aclOf(short.SecretID))).toMatchObject({ verdict: 'deny' });
  });

  const faults = [
    ['killed', 'kill', 'restart'],
    ['frozen', 'freeze', 'thaw'],
  ] as const;
  test.runIf(mode === 'distributed').each(faults)('with the validator of the region %s, what is kept counts no longer than the bound, and then the feed is followed again', async (_, fault, end) => {
    const { us, eu } = fixture();
    await using stack = new AsyncDisposableStack();
    const local = stack.use(validator({ ...eu.region, boundMs: BOUND_MS, askWithinMs: 500 }));
    await local.ready();
    const [stays, goes] = [await us.mint({ Global: true }), await us.mint({ Global: true })];
    for (const { SecretID } of [stays, goes]) await kept(local, aclOf(SecretID));
    const part = eu.region.part('validator');
    await part[fault]();
    let faulty = true;
    stack.defer(() => (faulty ? part[end]() : undefined));
    await revoked(us, goes.AccessorID);
    await until('nothing kept counts', async () => local.checkAtOnce(aclOf(goes.SecretID)) === undefined, { within: BOUND_MS + 1_000 });
    expect(await local.check(aclOf(stays.SecretID))).toEqual({ verdict: 'unknown', reason: 'unavailable' });
    await part[end]();
    faulty = false;
    await until('the feed is followed again', async () => local.state().trusted, { within: 30_000 });
    // A validator that is new knows no changes of before its start: it says that it starts over, and what was kept is asked for anew.
    if (fault === 'freeze') expect(local.checkAtOnce(aclOf(stays.SecretID))).toMatchObject({ verdict: 'allow' });
    else expect(local.checkAtOnce(aclOf(stays.SecretID))).toBeUndefined();
    expect(await local.check(aclOf(stays.SecretID))).toMatchObject({ verdict: 'allow' });
    await until('the revoked one is refused', async () => (await local.check(aclOf(goes.SecretID))).verdict === 'deny');
  });
}
