import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import { MAX_RECORD_BYTES } from '../log.ts';
import type { Behaviours } from './adapter.ts';
import { fill, NEVER, refused } from './expecting.ts';
import { again, aBootstrap, aOneTimeToken, aPolicy, aPolicyVersion, aRole, aToken, entryAt, gone } from './records.ts';

const ODD_IDS = ['a.b', 'a b', '*', '>', '=', '=YQ', 'a/b', '\u00e9', 'e\u0301', '新', '🪙', '\u0000', 'A', 'a', '$JS', '../..', '%2e', '-', '_'];

export const appending = {
  'an append returns a revision higher than all before': async ({ log }) => {
    const revisions = (await fill(log, 20)).map(([, at]) => at);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect(revisions[0]).toBeGreaterThan(0);
  },
  'every kind of record comes back as it was written': async ({ log }) => {
    for (const record of [aToken(), aOneTimeToken(), aBootstrap(), aPolicy(), aPolicy({ jobAcl: null }), aPolicyVersion(), aRole(), aToken({ policies: null }), aToken({ policies: [] })]) {
      const at = await log.append(record, NEVER);
      expect(await log.get(record)).toEqual(entryAt(record, at));
    }
  },
  'a create index of 0 is filled in with the revision of the append': async ({ log }) => {
    await fill(log, 3);
    const token = aToken();
    const at = await log.append(token, NEVER);
    expect((await log.get(token))?.record.createIndex).toBe(at);
  },
  'a create index that is given is kept': async ({ log }) => {
    const token = aToken();
    const first = await log.append(token, NEVER);
    await log.append(again({ ...token, createIndex: first }), { key: first });
    expect((await log.get(token))?.record.createIndex).toBe(first);
  },
  'the origin and the write id come back unchanged': async ({ log }) => {
    const origin = { region: 'us-east', incarnation: 'i'.repeat(22), revision: revision(812) };
    const token = aToken({ origin });
    await log.append(token, NEVER);
    const found = (await log.get(token))?.record;
    expect(found?.origin).toEqual(origin);
    expect(found?.writeId).toBe(token.writeId);
  },
  'ids outside the safe alphabet name keys of their own': async ({ log }) => {
    const tokens = ODD_IDS.map((id) => aToken({ id }));
    const at = [];
    for (const token of tokens) at.push(await log.append(token, NEVER));
    for (const [i, token] of tokens.entries()) expect(await log.get(token)).toEqual(entryAt(token, at[i] ?? revision(0)));
  },
  'an id of 255 characters is a key': async ({ log }) => {
    for (const id of ['x'.repeat(255), `${'x'.repeat(254)}y`]) {
      const token = aToken({ id });
      const at = await log.append(token, NEVER);
      expect(await log.get(token)).toEqual(entryAt(token, at));
    }
  },
  'the same id in another scope or of another kind is another key': async ({ log }) => {
    const id = 'shared';
    for (const record of [aToken({ id }), aToken({ id, scope: 'local' }), aPolicy({ id }), aPolicy({ id, scope: 'local' })]) await log.append(record, NEVER);
    expect((await log.get({ scope: 'local', kind: 'policy', id }))?.record.kind).toBe('policy');
    expect((await log.get({ scope: 'local', kind: 'token', id }))?.record.scope).toBe('local');
  },
  'a large record comes back as it was written': async ({ log }) => {
    const policy = aPolicy({ rules: 'x'.repeat(MAX_RECORD_BYTES - 1_024) });
    const at = await log.append(policy, NEVER);
    expect(await log.get(policy)).toEqual(entryAt(policy, at));
  },
  'a record beyond the limit is too large, and nothing is written': async ({ log }) => {
    const { revision: before } = await log.head();
    const policy = aPolicy({ rules: 'x'.repeat(MAX_RECORD_BYTES + 1) });
    await refused(log.append(policy, NEVER), 'too_large');
    expect(await log.get(policy)).toBeUndefined();
    expect((await log.head()).revision).toBe(before);
    await fill(log, 1);
  },
  'an id that no key has room for is too large': async ({ log }) => {
    const id = 'é'.repeat(100_000);
    await refused(log.append(aToken({ id }), NEVER), 'too_large');
    expect(await log.get({ scope: 'global', kind: 'token', id })).toBeUndefined();
    await fill(log, 1);
  },
  'a record that is changed after the call is stored as it was': async ({ log }) => {
    const roleIds = ['before'];
    const token = aToken({ roleIds });
    const append = log.append(token, NEVER);
    roleIds[0] = 'after';
    await append;
    expect((await log.get(token))?.record).toMatchObject({ body: { roleIds: ['before'] } });
  },
  'a tombstone is an append like any other': async ({ log }) => {
    const token = aToken();
    const live = await log.append(token, NEVER);
    const tombstone = gone({ ...token, createIndex: live });
    const at = await log.append(tombstone, { key: live });
    expect(at).toBeGreaterThan(live);
    expect(await log.get(token)).toEqual({ revision: at, record: tombstone });
    expect((await log.head()).revision).toBe(at);
  },
  'a tombstone keeps the create index of the fact that ended': async ({ log }) => {
    const token = aToken();
    const live = await log.append(token, NEVER);
    await log.append(gone({ ...token, createIndex: live }), { key: live });
    expect((await log.get(token))?.record.createIndex).toBe(live);
  },
} satisfies Behaviours;
