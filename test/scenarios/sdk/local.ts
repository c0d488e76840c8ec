import { expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { aclOf, behindProxy, clientToken, jobToken, kept, operatorSession, revoked, validatorOf } from './support.ts';

/** Credentials judged in this process, kept, and refused as soon as the region has said so. */
export function localSuite(fixture: () => Fixture): void {
  test('a token is asked for once, then judged here, and refused within a second of its revocation in another region', async () => {
    const { us, eu } = fixture();
    await using local = await validatorOf(eu.region);
    const token = await us.mint({ Global: true });
    expect(await local.check(aclOf(token.SecretID))).toMatchObject({ verdict: 'allow', principal: { subject: `token:${token.AccessorID}` } });
    await kept(local, aclOf(token.SecretID));
    await revoked(us, token.AccessorID);
    const began = performance.now();
    await until('the token is refused', async () => (await local.check(aclOf(token.SecretID))).verdict === 'deny', { within: 1_000 });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(local.checkAtOnce(aclOf(token.SecretID))).toBeUndefined();
  });

  test('a change of another token drops nothing', async () => {
    const { us } = fixture();
    await using local = await validatorOf(us.region);
    const good = await us.mint();
    const other = await us.mint();
    await kept(local, aclOf(good.SecretID));
    const before = local.state().index ?? 0;
    await revoked(us, other.AccessorID);
    await until('the revocation was told', async () => (local.state().index ?? 0) > before);
    expect(local.checkAtOnce(aclOf(good.SecretID))).toMatchObject({ verdict: 'allow' });
  });

  test('a signed token is kept, and refused when its client is deleted; a forged one never reaches the region', async () => {
    const { us } = fixture();
    await using local = await validatorOf(us.region);
    const { id, token } = await clientToken(fixture());
    const credential = { dialect: 'oauth', value: token } as const;
    expect(await local.check(credential)).toMatchObject({ verdict: 'allow', principal: { subject: `client:${id}`, dialect: 'oauth' } });
    await kept(local, credential);
    const [head, claims, signature = ''] = token.split('.');
    const forged = `${head}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(await local.check({ dialect: 'oauth', value: forged })).toEqual({ verdict: 'deny', reason: 'unknown' });
    await us.send('DELETE', `/controller/api/rbac/v1/api-clients/${id}`);
    await until('the client is gone', async () => (await local.check(credential)).verdict === 'deny', { within: 1_000 });
  });

  test('the token of a job is kept, and refused when the job is deleted', async () => {
    const { us } = fixture();
    await using local = await validatorOf(us.region);
    const { token, remove } = await jobToken(fixture());
    const credential = { dialect: 'workload', value: token } as const;
    await kept(local, credential);
    await remove();
    await until('the job is gone', async () => (await local.check(credential)).verdict === 'deny', { within: 1_000 });
  });

  test('a session is kept, and refused when it is ended', async () => {
    const { us } = fixture();
    await using local = await validatorOf(us.region);
    const session = await operatorSession(fixture());
    const credential = { dialect: 'session', value: session.token } as const;
    expect(await local.check(credential)).toMatchObject({ verdict: 'allow', principal: { audience: 'soc' } });
    await kept(local, credential);
    await session.end();
    await until('the session is over', async () => (await local.check(credential)).verdict === 'deny', { within: 1_000 });
  });

  test.each(['cut', 'blackhole'] as const)('with the way to the region %s, what is kept counts no longer than the bound; afterwards it is gone on from there', async (fault) => {
    await using stack = new AsyncDisposableStack();
    const { us } = fixture();
    const { local, proxy } = await behindProxy(stack, us.region, 1_000);
    const token = await us.mint();
    await kept(local, aclOf(token.SecretID));
    const began = performance.now();
    proxy[fault]();
    await revoked(us, token.AccessorID);
    await until('nothing kept counts', async () => local.checkAtOnce(aclOf(token.SecretID)) === undefined, { within: 1_500 });
    expect(performance.now() - began).toBeLessThan(1_200);
    expect(await local.check(aclOf(token.SecretID))).toEqual({ verdict: 'unknown', reason: 'unavailable' });
    proxy.heal();
    await until('the feed is followed again', async () => local.state().trusted, { within: 15_000 });
    expect(await local.check(aclOf(token.SecretID))).toEqual({ verdict: 'deny', reason: 'unknown' });
  });
}
