import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveRecord, type MintRecord, NO_REVISION, type Principal, revision } from '@mintmark/domain';
import { Follower, type View } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Access } from './access.ts';

const world = { monotonic: () => performance.now(), sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }) };
const within = (): AbortSignal => AbortSignal.timeout(5_000);

let stop: AbortController;
let view: View;
let access: Access;
let follower: Follower;
let epoch: string;
let at = NO_REVISION;

beforeEach(async () => {
  stop = new AbortController();
  at = NO_REVISION;
  view = openEmbeddedView();
  ({ epoch } = await view.reset({ source: { region: 'us-east', incarnation: 'i'.repeat(22) }, floor: NO_REVISION }));
  await view.mark({ epoch, ready: true });
  access = new Access(view, world);
  follower = new Follower(view, world, { onReset: () => access.reset(), onChanges: (batch) => access.changed(batch) });
  void follower.run(stop.signal);
  void access.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await view.close();
});

const envelope = (kind: string, id: string) => ({ kind, id, scope: 'global', createIndex: NO_REVISION, writeId: 'w'.repeat(22) }) as const;

function policy(name: string, rules: string, about: { readonly applies?: 'holders' | 'everyone'; readonly system?: boolean } = {}): MintRecord {
  const { applies = 'holders', system = false } = about;
  const text = { description: '', rules, applies, jobAcl: null, version: 1, author: 'system', writtenAt: '2026-01-01T00:00:00Z' };
  return { ...envelope('policy', name), deleted: false, body: { ...text, system, hash: new Uint8Array(32) } } as LiveRecord<'policy'>;
}

function role(id: string, name: string, policies: readonly string[]): MintRecord {
  return { ...envelope('role', id), deleted: false, body: { name, description: '', policies, hash: new Uint8Array(32) } } as LiveRecord<'role'>;
}

async function write(...records: readonly MintRecord[]): Promise<void> {
  const to = revision(at + records.length);
  const entries = records.map((record, i) => ({ revision: revision(at + 1 + i), record: { ...record, createIndex: revision(at + 1 + i) } as MintRecord }));
  await view.apply(entries, { epoch, from: at, to });
  at = to;
  await follower.covers(at, within());
  await access.whenSettled(within());
}

function holding(given: Partial<Principal>): Principal {
  const nobody = { subject: 'token:t', dialect: 'acl', type: 'client', name: 't', policies: [], roleIds: [], roles: [], organizations: [], global: true, expiresAt: null } as const;
  return { ...nobody, ...given };
}

const may = (principal: Principal, verb: string, resource = 'job::/a::x'): boolean => access.decide(principal, { verb, resource }).allowed;

describe('access', () => {
  test('denies by default, and a management token nothing', () => {
    expect(may(holding({}), 'read')).toBe(false);
    expect(may(holding({ type: 'management' }), 'read')).toBe(true);
  });

  test('a policy counts for those who hold it, directly, by a role or by the name of a role', async () => {
    await write(policy('p', 'job::/a { { permit read } }'), role('r-1', 'readers', ['p', 'missing']));
    const holders = [holding({ policies: ['p'] }), holding({ roleIds: ['r-1'] }), holding({ roles: ['readers'] })];
    for (const holder of holders) expect(may(holder, 'read')).toBe(true);
    expect(may(holding({ policies: ['q'], roleIds: ['r-2'], roles: ['writers'] }), 'read')).toBe(false);
    expect([...access.rightsOf(holding({ roles: ['readers'] })).policies]).toEqual(['p']);
  });

  test('a document counts for everybody, and gives held policies their meaning', async () => {
    await write(policy('all', 'job::/ { if (permit == all) { permit read, start } }', { applies: 'everyone', system: true }), policy('p', 'job::/a { { permit all } }'));
    expect(may(holding({ policies: ['p'] }), 'start')).toBe(true);
    expect(may(holding({ policies: ['all'] }), 'start')).toBe(false);
  });

  test('the same principal is judged by policies and roles as they are now', async () => {
    const holder = holding({ policies: ['p'], roleIds: ['r-1'] });
    expect(may(holder, 'read')).toBe(false);
    await write(policy('p', 'job::/a { { permit read } }'));
    expect(may(holder, 'read')).toBe(true);
    await write(policy('p', 'job::/a { { permit start } }'), policy('q', 'job::/a { { permit stop } }'), role('r-1', 'stoppers', ['q']));
    expect([may(holder, 'read'), may(holder, 'start'), may(holder, 'stop')]).toEqual([false, true, true]);
    await write({ ...envelope('role', 'r-1'), deleted: true } as MintRecord, { ...envelope('policy', 'p'), deleted: true } as MintRecord);
    expect([may(holder, 'start'), may(holder, 'stop')]).toEqual([false, false]);
  });

  test('a token of the acl dialect brings claims of its own issuer, and no name that the auth server vouches for', async () => {
    await write(policy('d', 'job::/a { if (acl->name == "ann") { permit read } if (auth_server@apcera.me->name == "ann") { permit start } }', { applies: 'everyone' }));
    expect([may(holding({ name: 'ann' }), 'read'), may(holding({ name: 'ann' }), 'start'), may(holding({ name: 'bob' }), 'read')]).toEqual([true, false, false]);
  });

  test('P9 a name counts for the dialect that vouches for it; who has logged in is vouched for by the auth server', async () => {
    const dialects = ['acl', 'oauth', 'personal', 'session', 'workload'] as const;
    const issuers = ['acl', 'oauth', 'personal', 'session', 'auth_server@apcera.me'];
    const rule = (issuer: string, verb: number): string => `if (${issuer}->name == "ann") { permit v${verb} }`;
    await write(policy('d', `job::/a { ${issuers.map(rule).join(' ')} }`, { applies: 'everyone' }));
    const held = dialects.map((dialect) => issuers.filter((_, verb) => may(holding({ dialect, name: 'ann' }), `v${verb}`)));
    expect(held).toEqual([['acl'], ['oauth'], ['personal'], ['session', 'auth_server@apcera.me'], ['auth_server@apcera.me']]);
  });

  test('P12 a text that cannot be read grants nothing, is named, and stops no other', async () => {
    await write(policy('broken', 'job::/a { permit'), policy('p', 'job::/a { { permit read } }'));
    expect(may(holding({ policies: ['broken', 'p'] }), 'read')).toBe(true);
    expect([...access.shown.unreadable.keys()]).toEqual(['broken']);
    await write(policy('broken', 'job::/a { { permit start } }'));
    expect(access.shown.unreadable.size).toBe(0);
    expect(may(holding({ policies: ['broken'] }), 'start')).toBe(true);
  });
});
