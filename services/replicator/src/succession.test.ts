import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTHORITY_KEY, type Entry, keyOf, type LiveEntry, type MintRecord, NO_REVISION, type Revision, revision } from '@mintmark/domain';
import type { Log } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sieve } from './core/sieve.ts';
import { claim, id, recordsOf, Region, token } from './region.fixture.ts';

describe('a replicator whose region follows another authority (P10, P11)', () => {
  let folder: string;
  let us: Log;
  let ap: Log;
  let eu: Region;
  let refused: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mintmark-succession-'));
    us = await openEmbeddedLog({ path: join(folder, 'us') });
    ap = await openEmbeddedLog({ path: join(folder, 'ap') });
    eu = new Region(await openEmbeddedLog({ path: join(folder, 'eu') }));
    refused = [];
    eu.start('eu', (region) => (region === 'us' ? us : ap), { setAside: ({ source, why, problem }) => refused.push(`${source} ${why}: ${problem}`) });
  });

  afterEach(async () => {
    await eu.stop();
    await Promise.all([us.close(), ap.close(), eu.log.close()]);
    await rm(folder, { recursive: true });
  });

  const put = async (log: Log, record: MintRecord): Promise<Revision> => {
    const before = await log.get(keyOf(record));
    return log.append({ ...record, createIndex: NO_REVISION }, { key: before?.revision ?? NO_REVISION });
  };
  const stateOf = async (log: Log, n: number): Promise<MintRecord> => (await log.get({ scope: 'global', kind: 'token', id: id(n) }))?.record as MintRecord;
  const applied = (at: Revision): Promise<void> => eu.projector.until((state) => state.applied >= at, AbortSignal.timeout(5_000));

  /** Has `ap` succeed `us`, of which it has everything up to `covered`. */
  async function succeeded(covered: Revision): Promise<Revision> {
    const [old, present] = [await us.head(), await ap.head()];
    const from = { region: 'us', incarnation: old.incarnation, revision: covered };
    return put(eu.log, claim({ epoch: 1, region: 'ap', active: true, incarnation: present.incarnation, revision: present.revision, successions: [{ epoch: 1, region: 'ap', from, forced: true }] }));
  }

  async function lostTwo(): Promise<MintRecord> {
    const zero = token(id(1), 'zero');
    await put(us, zero);
    const covered = await put(us, token(id(1), 'one'));
    const origin = { region: 'us', incarnation: (await us.head()).incarnation, revision: covered };
    await put(ap, { ...(await stateOf(us, 1)), origin });
    await put(us, token(id(1), 'two'));
    await eu.covers(await put(us, token(id(2), 'lost')));
    expect(await eu.shown()).toEqual(new Map([[id(1), 'two'], [id(2), 'lost']]));
    await succeeded(covered);
    await expect.poll(() => eu.shown(), { timeout: 5_000 }).toEqual(new Map([[id(1), 'one']]));
    return zero;
  }

  it('goes back to the older state that the authority has, once the newer one is set aside', async () => {
    await lostTwo();
    const { value } = await eu.view.list('set_aside', { order: 'created', limit: 10 });
    expect(value.map(({ record: { body } }) => [body.held, body.instead === ''])).toEqual([[false, false], [false, true]]);
    expect(refused).toEqual([]);
  });

  it('goes back to it also where the view is given both at once', async () => {
    await lostTwo();
    const { value } = await eu.view.list('set_aside', { order: 'created', limit: 10 });
    const [aside, older] = [value.find(({ record }) => record.body.instead !== '') as Entry, (await eu.log.get({ scope: 'global', kind: 'token', id: id(1) })) as Entry];
    expect(aside.revision).toBeLessThan(older.revision);
    const view = openEmbeddedView();
    const before = revision(aside.revision - 1);
    const { epoch } = await view.reset({ source: { region: 'eu', incarnation: (await eu.log.head()).incarnation }, floor: NO_REVISION });
    await view.apply([{ revision: before, record: await stateOf(us, 1) }], { epoch, from: NO_REVISION, to: before });
    await view.mark({ epoch, ready: true });
    const { signer, verifier } = recordsOf('eu');
    const sieve = new Sieve({ view, verifier, keeper: eu.parts.keeper, isOwn: ({ signature }) => signature?.key === signer.key });
    expect(await sieve.sift([older], before, AbortSignal.timeout(5_000))).toMatchObject({ refused: [{ revision: older.revision }] });
    expect(await sieve.sift([aside, older], before, AbortSignal.timeout(5_000))).toEqual({ entries: [aside, older], refused: [] });
    await view.close();
  });

  it('goes back no further, whoever writes to its log', async () => {
    const zero = await lostTwo();
    await applied(await put(eu.log, { ...(await stateOf(eu.log, 1)), ...zero }));
    expect(await eu.shown()).toEqual(new Map());
    expect(refused).toEqual([expect.stringMatching(/^log refused: it is signed at \d+, but one of \d+ was there before it$/)]);
  });

  it('follows nobody by a claim that no issuer has signed', async () => {
    const covered = await put(us, token(id(1), 'one'));
    await eu.covers(covered);
    await put(ap, token(id(2), 'of another'));
    await succeeded(covered);
    await expect.poll(() => eu.shown(), { timeout: 5_000 }).toEqual(new Map([[id(2), 'of another']]));
    const { signature: _, ...forged } = ((await eu.log.get(AUTHORITY_KEY)) as LiveEntry<'authority'>).record;
    await applied(await put(eu.log, { ...forged, body: { ...forged.body, epoch: 2, region: 'us', successions: [] } }));
    expect(eu.projector.state).toMatchObject({ claimRefused: true, claim: { epoch: 1, region: 'ap' } });
    await expect.poll(() => eu.puller?.trouble, { timeout: 5_000 }).toBe('nobody may believe who is said to be the authority: nothing is taken');
  });
});
