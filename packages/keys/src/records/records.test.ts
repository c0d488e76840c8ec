import { randomBytes } from 'node:crypto';
import { decodeRecord, encodeRecord } from '@mintmark/contract';
import { type LiveRecord, type MintRecord, NO_REVISION, revision } from '@mintmark/domain';
import { describe, expect, it } from 'vitest';
import { GoodSignatures } from './good-signatures.ts';
import { recordKey, recordPublicKey, trustedKey } from './key.ts';
import { contentDigest, createRecordSigner } from './signer.ts';
import { createRecordVerifier } from './verifier.ts';

const seeds = { us: randomBytes(32), eu: randomBytes(32), replicator: randomBytes(32), foreign: randomBytes(32) };
const keys = [
  trustedKey('us', 'issuer', recordPublicKey(seeds.us)),
  trustedKey('eu', 'issuer', recordPublicKey(seeds.eu)),
  trustedKey('us', 'replicator', recordPublicKey(seeds.replicator)),
];
const us = createRecordVerifier({ region: 'us', keys });
const eu = createRecordVerifier({ region: 'eu', keys });
const issuer = createRecordSigner(recordKey(seeds.us));
const replicator = createRecordSigner(recordKey(seeds.replicator));

function role(name: string, scope: 'global' | 'local' = 'global'): LiveRecord<'role'> {
  return { kind: 'role', id: 'r1', scope, deleted: false, createIndex: NO_REVISION, writeId: 'w', body: { name, description: '', policies: ['p'], hash: Buffer.alloc(32) } };
}

const end: MintRecord = { kind: 'role', id: 'r1', scope: 'global', deleted: true, createIndex: NO_REVISION, writeId: 'w' };

describe('a signed record', () => {
  it('is believed wherever it lies: index, origin and write id are the region’s own', async () => {
    const signed = issuer.sign(role('a'), undefined, 1_000.5);
    const copy = { ...signed, createIndex: revision(7), writeId: 'other', origin: { region: 'us', incarnation: 'i', revision: revision(3) } };
    const read = decodeRecord(encodeRecord(copy), revision(9));
    expect(read).toEqual(copy);
    expect(await us.judge(read)).toBeUndefined();
    expect(await eu.judge(read)).toBeUndefined();
    expect(contentDigest(read)).toBe(contentDigest(signed));
  });

  it('names what it replaces, and is stamped after it, whatever the clock says', () => {
    const first = issuer.sign(role('a'), undefined, 5_000);
    const second = issuer.sign(end, first, 1_000);
    expect(first.signature).toMatchObject({ stamp: 5_000, previous: '' });
    expect(second.signature).toMatchObject({ stamp: 5_001, previous: contentDigest(first) });
    expect(contentDigest(second)).not.toBe(contentDigest(first));
  });

  it('is refused once anything of it is altered', async () => {
    const signed = issuer.sign(role('a'), undefined, 1_000);
    const { signature } = signed;
    if (signature === undefined) throw new Error('not signed');
    const altered: MintRecord[] = [
      { ...signed, id: 'r2' },
      { ...signed, body: { ...signed.body, policies: ['p', 'root'] } },
      { ...end, signature },
      { ...signed, signature: { ...signature, stamp: 2_000 } },
      { ...signed, signature: { ...signature, previous: '00'.repeat(32) } },
      { ...signed, signature: { ...signature, value: Buffer.alloc(64).toString('base64') } },
      { ...signed, signature: { ...signature, value: '' } },
    ];
    // What was judged good before makes nothing else good.
    expect(await us.judge(signed)).toBeUndefined();
    for (const record of altered) expect(await us.judge(record)).toBe('its signature by the issuer of us is not right');
    expect(await us.judge({ ...signed, scope: 'local' })).toBe('its signature by the issuer of us is not right');
    expect(await eu.judge({ ...signed, scope: 'local' })).toBe('it is a local record of us');
  });

  it('is refused unsigned, by an unknown key, in another region, and of a replicator unless it ends something', async () => {
    expect(await us.judge(role('a'))).toBe('it is not signed');
    const foreign = createRecordSigner(recordKey(seeds.foreign)).sign(role('a'), undefined, 1);
    expect(await us.judge(foreign)).toMatch(/^it is signed with key [0-9a-f]{16}, which is not trusted here$/);
    const local = issuer.sign(role('a', 'local'), undefined, 1);
    expect(await us.judge(local)).toBeUndefined();
    expect(await eu.judge(local)).toBe('it is a local record of us');
    expect(await us.judge(replicator.sign(role('a'), undefined, 1))).toBe('it is signed by the replicator of us, which makes no records');
    expect(await us.judge(replicator.sign(end, undefined, 1))).toBeUndefined();
    const body = { record: Buffer.alloc(1), origin: { region: 'us', incarnation: 'i', revision: revision(1) }, epoch: 0, at: '', held: false, carried: '', instead: '' };
    const aside = (scope: 'global' | 'local'): MintRecord => replicator.sign({ kind: 'set_aside', id: 'a', scope, deleted: false, createIndex: NO_REVISION, writeId: 'w', body }, undefined, 1);
    expect(await us.judge(aside('local'))).toBeUndefined();
    expect(await eu.judge(aside('local'))).toBe('it is a local record of us');
    const abdication: MintRecord = { kind: 'authority', id: 'current', scope: 'local', deleted: true, createIndex: NO_REVISION, writeId: 'w' };
    expect(await us.judge(replicator.sign(abdication, undefined, 1))).toBe('it is signed by the replicator of us, which makes no records');
    expect(await us.judge(aside('global'))).toBe('it is signed by the replicator of us, which makes no records');
  });

  it('that a process has signed itself is known to be right; who may say what, and what was altered, is asked all the same', async () => {
    const good = new GoodSignatures();
    const signed = createRecordSigner(recordKey(seeds.us), good).sign(role('a', 'local'), undefined, 1);
    const asked: string[] = [];
    const watched = keys.map((key) => ({
      ...key,
      isSigned: (...args: Parameters<typeof key.isSigned>) => {
        asked.push(key.region);
        return key.isSigned(...args);
      },
    }));
    const [here, abroad, stranger] = [createRecordVerifier({ region: 'us', keys: watched, good }), createRecordVerifier({ region: 'eu', keys: watched, good }), createRecordVerifier({ region: 'us', keys: [], good })];
    expect(await here.judge(signed)).toBeUndefined();
    expect(asked).toEqual([]);
    expect(await abroad.judge(signed)).toContain('a local record of us');
    expect(await stranger.judge(signed)).toContain('not trusted here');
    expect(await here.judge({ ...signed, body: { ...signed.body, policies: ['q'] } })).toContain('is not right');
    expect(asked).toEqual(['us']);
  });
});
