import { toWire, validator } from '@mintmark/contract';
import { digestOf, type LiveRecord, NO_REVISION, principalOf, revision, tokenHash } from '@mintmark/domain';
import { systemWorld, type World } from '@mintmark/kit/lifecycle';
import { Follower, type View } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AclAuthenticator, type AuthenticatorDeps } from './authenticate.ts';
import { principalToWire } from './principal.ts';
import { AuthorityResolver } from './resolver.ts';
import { SlabCache } from './slab-cache.ts';
import { Strictness } from './strictness.ts';

const SECRETS = { client: '10000000-0000-0000-0000-000000000001', management: '10000000-0000-0000-0000-000000000002', expiring: '10000000-0000-0000-0000-000000000003' };
type Name = keyof typeof SECRETS;
const NOW = Date.parse('2026-01-02T00:00:00Z');
const { signal } = new AbortController();

function token(name: Name): LiveRecord<'token'> {
  const type = name === 'client' ? 'client' : 'management';
  const fields = { name: `a token called ${name} ü`, type, policies: type === 'client' ? ['readonly', 'deploy'] : null, roleIds: [] } as const;
  const id = SECRETS[name].replace(/^1/, '2');
  return {
    kind: 'token',
    id,
    scope: 'global',
    createIndex: NO_REVISION,
    writeId: 'a'.repeat(22),
    deleted: false,
    body: {
      ...fields,
      secret: { digest: digestOf(SECRETS[name]), sealed: new Uint8Array(3) },
      hash: tokenHash({ ...fields, scope: 'global' }),
      createTime: '2026-01-01T00:00:00Z',
      expirationTime: name === 'expiring' ? '2026-01-02T00:00:10Z' : null,
      expirationTtl: 0,
    },
  };
}

describe('what the cache says', () => {
  let stack: AsyncDisposableStack;
  let authenticator: AclAuthenticator;
  let now: number;
  let trusted: boolean;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    [now, trusted] = [NOW, true];
    const view = stack.adopt(openEmbeddedView(), (open) => open.close());
    const { epoch } = await view.reset({ source: { region: 'us', incarnation: 'b'.repeat(22) }, floor: NO_REVISION });
    const entries = (Object.keys(SECRETS) as Name[]).map((name, at) => ({ revision: revision(at + 1), record: token(name) }));
    await view.apply(entries, { epoch, from: NO_REVISION, to: revision(entries.length) });
    await view.mark({ epoch, ready: true });
    const world: World = { ...systemWorld, clock: { ...systemWorld.clock, now: () => now } };
    const follower = new Follower(view, { monotonic: () => world.clock.monotonic(), sleep: (ms, until) => world.timers.sleep(ms, until) });
    const over = new AbortController();
    const following = follower.run(over.signal);
    stack.defer(async () => {
      over.abort();
      await following;
    });
    await follower.covers(revision(entries.length), signal);
    const cache = new SlabCache(1 << 20);
    authenticator = new AclAuthenticator({ view, follower, cache, trusted: () => trusted, resolver: undefined, believes: () => true, world, stalenessMs: 5_000, strictness: new Strictness({ follows: () => undefined, strict: false, boundMs: 5_000, clock: world.clock }), counted: () => undefined });
  });

  afterEach(() => stack.disposeAsync());

  /** As the view has it, then as the cache has it. */
  const twice = async (name: Name) => [await authenticator.authenticate(SECRETS[name], { signal }), authenticator.fromCache(SECRETS[name])] as const;

  test.each(Object.keys(SECRETS) as Name[])('of a token is what the view said, but for the sealed secret: %s', async (name) => {
    const [first, second] = await twice(name);
    if (first.outcome !== 'authenticated' || second?.outcome !== 'authenticated') throw new Error(`${first.outcome}, ${second?.outcome}`);
    expect(second.principal).toEqual(first.principal);
    const { secret, ...body } = first.token.record.body;
    expect(second.token).toMatchObject({ revision: first.token.revision, record: { ...first.token.record, body: { ...body, hash: Buffer.from(body.hash), secret: { digest: secret.digest } } } });
    expect(second.token.record.body.secret.sealed).toHaveLength(0);
  });

  test.each(Object.keys(SECRETS) as Name[])("of a token's principal are the bytes of its message: %s", async (name) => {
    expect(authenticator.cachedPrincipal(SECRETS[name])).toBeUndefined();
    const [first] = await twice(name);
    if (first.outcome !== 'authenticated') throw new Error(first.outcome);
    const bytes = authenticator.cachedPrincipal(SECRETS[name]);
    expect(validator.Principal.decode(bytes as Uint8Array)).toEqual(principalToWire(principalOf(first.token)));
  });

  test('of management holds for management tokens only, in either case of letters', async () => {
    for (const name of Object.keys(SECRETS) as Name[]) await twice(name);
    expect(authenticator.managesAtOnce(SECRETS.management.toUpperCase())).toBe(true);
    expect(authenticator.managesAtOnce(SECRETS.client)).toBe(false);
    expect(authenticator.managesAtOnce('10000000-0000-0000-0000-00000000000f')).toBe(false);
    expect(authenticator.managesAtOnce('no uuid')).toBe(false);
    expect(authenticator.managesAtOnce(undefined)).toBe(false);
  });

  test('of an allowed token ends with its expiry, and stays ended when the clock goes back (P2)', async () => {
    await twice('expiring');
    expect(authenticator.managesAtOnce(SECRETS.expiring)).toBe(true);
    now = NOW + 10_000;
    expect(authenticator.managesAtOnce(SECRETS.expiring)).toBe(false);
    now = NOW;
    expect(authenticator.managesAtOnce(SECRETS.expiring)).toBe(false);
    expect(authenticator.cachedPrincipal(SECRETS.expiring)).toBeUndefined();
    expect(authenticator.fromCache(SECRETS.expiring)).toEqual({ outcome: 'expired' });
  });

  test('counts for nothing while the cache is not trusted', async () => {
    await twice('management');
    trusted = false;
    expect(authenticator.managesAtOnce(SECRETS.management)).toBe(false);
    expect(authenticator.cachedPrincipal(SECRETS.management)).toBeUndefined();
    expect(authenticator.fromCache(SECRETS.management)).toBeUndefined();
  });
});

function depsOf(view: View, resolver: AuthorityResolver<'token'>): AuthenticatorDeps {
  const follower = new Follower(view, { monotonic: () => 0, sleep: (ms, until) => systemWorld.timers.sleep(ms, until) });
  return { view, follower, cache: new SlabCache(1 << 20), trusted: () => false, resolver, believes: () => true, world: systemWorld, stalenessMs: 5_000, strictness: new Strictness({ follows: () => undefined, strict: false, boundMs: 5_000, clock: systemWorld.clock }), counted: () => undefined };
}

/** A region that lacks the token, and covers the authority up to `covered`; the authority, whose view shows the token of revision 5. */
async function askedAbroad(covered: number) {
  const incarnation = 'c'.repeat(22);
  const view = openEmbeddedView();
  const { epoch } = await view.reset({ source: { region: 'eu', incarnation: 'b'.repeat(22) }, floor: NO_REVISION });
  const contact = { region: 'us', incarnation, covered: revision(covered), head: revision(covered), at: NOW };
  await view.mark({ epoch, ready: true, contact });
  const answer = { record: toWire(token('client')), modifyIndex: 5, freshness: `us:${incarnation}:6` };
  const resolver = new AuthorityResolver('token', async () => answer, systemWorld, { remembered: 100, asks: () => true });
  const judged = await new AclAuthenticator(depsOf(view, resolver)).authenticate(SECRETS.client, { signal });
  await view.close();
  return judged.outcome;
}

describe('what only the authority shows', () => {
  test('counts where the region has not come so far', async () => {
    expect(await askedAbroad(4)).toBe('authenticated');
  });

  test('is unknown where the region had shown it and lacks it now: the authority’s view is behind (P2, simulation seed 46)', async () => {
    expect(await askedAbroad(5)).toBe('unknown');
    expect(await askedAbroad(7)).toBe('unknown');
  });

  test('stays unknown where the region shows an older copy of it afterwards, and counts again where it shows a newer one (P2)', async () => {
    const [ours, theirs] = ['b'.repeat(22), 'c'.repeat(22)];
    const view = openEmbeddedView();
    const { epoch } = await view.reset({ source: { region: 'eu', incarnation: ours }, floor: NO_REVISION });
    await view.mark({ epoch, ready: true });
    const resolver = new AuthorityResolver('token', async () => ({ record: undefined, modifyIndex: 0, freshness: `us:${theirs}:6` }), systemWorld, { remembered: 100, asks: () => true });
    const authenticator = new AclAuthenticator(depsOf(view, resolver));
    const outcomeNow = async (): Promise<string> => (await authenticator.authenticate(SECRETS.client, { signal })).outcome;
    const copied = async (origin: number, at: number): Promise<void> => {
      const record = { ...token('client'), origin: { region: 'us', incarnation: theirs, revision: revision(origin) } };
      await view.apply([{ revision: revision(at), record }], { epoch, from: revision(at - 1), to: revision(at) });
    };
    expect(await outcomeNow()).toBe('unknown');
    await copied(5, 1);
    expect(await outcomeNow()).toBe('unknown');
    await copied(7, 2);
    expect(await outcomeNow()).toBe('authenticated');
    await view.close();
  });
});
