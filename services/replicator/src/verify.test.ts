import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entry, keyOf, type MintRecord, NO_REVISION, type Revision } from '@mintmark/domain';
import type { Log, LogReader } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Comparison } from './core/verify/comparison.ts';
import { type DigestPeer, digestOf, rangesOf } from './core/verify/peer.ts';
import { suspects } from './core/verify/suspects.ts';
import { claim, end, id, Region, token } from './region.fixture.ts';

const KEY = (n: number) => ({ scope: 'global', kind: 'token', id: id(n) }) as const;
const GLOBALS = 40;

describe('a copy of global records that is not as the authority has it (P3, P13)', () => {
  let folder: string;
  let us: Region;
  let eu: Region;
  let told: Comparison[];
  let silent: { on: boolean; asked: boolean };
  const opened: Log[] = [];

  async function open(name: string): Promise<Log> {
    const made = await openEmbeddedLog({ path: join(folder, name) });
    opened.push(made);
    return made;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mintmark-verify-'));
    us = new Region(await open('us'));
    us.start('us');
    told = [];
    eu = new Region(await open('eu'));
    silent = { on: false, asked: false };
    eu.start('eu', fallingSilent(us.log, silent), { compared: (event) => told.push(event) }, us);
    await eu.log.append(token(id(900), 'local', 'local'), { key: NO_REVISION });
    for (let n = 1; n <= GLOBALS; n += 1) await us.log.append(token(id(n), `t${n}`), { key: NO_REVISION });
    await level();
  });

  afterEach(async () => {
    await Promise.all([us.stop(), eu.stop()]);
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await rm(folder, { recursive: true });
  });

  async function level(): Promise<void> {
    const { revision } = await us.log.head();
    await us.parts.keeper.covers(revision, AbortSignal.timeout(5_000));
    await eu.covers(revision);
    const own = await eu.log.head();
    await eu.parts.keeper.covers(own.revision, AbortSignal.timeout(5_000));
  }

  const there = async (region: Region, n: number): Promise<Entry> => (await region.log.get(KEY(n))) as Entry;
  const byHand = async (n: number, change: (entry: Entry) => MintRecord): Promise<Revision> => {
    const entry = await there(eu, n);
    const at = await eu.log.append(change(entry), { key: entry.revision });
    await level();
    return at;
  };
  const named = ({ record }: Entry, name: string): MintRecord => ({ ...record, writeId: `by hand ${name}`, ...(record.deleted || record.kind !== 'token' ? {} : { body: { ...record.body, name } }) }) as MintRecord;
  const compared = async (): Promise<Comparison> => {
    const found = await eu.parts.verifier.verify(AbortSignal.timeout(10_000));
    expect(found.map((one) => [one.with, one.problem])).toEqual([['view', undefined], ['authority', undefined]]);
    expect(found[0]).toMatchObject({ differing: 0 });
    return found[1] as Comparison;
  };

  async function expectRepaired(n: number, problem: string, before: Revision): Promise<void> {
    const found = await compared();
    expect(found).toMatchObject({ records: GLOBALS, differing: 1, repaired: 1, differences: [{ key: `g.token.${id(n)}`, problem, repaired: true }] });
    expect(told.at(-1)).toEqual(found);
    await level();
    const [theirs, ours] = [await there(us, n), await there(eu, n)];
    expect(ours.revision).toBeGreaterThan(before);
    expect(ours.record).toMatchObject({ body: (theirs.record as { body?: unknown }).body, origin: { revision: theirs.revision } });
    expect(await compared()).toMatchObject({ differing: 0, changing: 0 });
    expect((await eu.shown()).get(id(n))).toBe(`t${n}`);
  }

  it('is found equal, and nothing is written, where it is', async () => {
    const { revision } = await eu.log.head();
    expect(await compared()).toMatchObject({ with: 'authority', records: GLOBALS, differing: 0, changing: 0 });
    expect((await eu.log.head()).revision).toBe(revision);
  });

  it('gets back what was deleted', async () => {
    await expectRepaired(3, 'it is missing', await byHand(3, end));
  });

  it('gets back what was altered, as something new: the region has shown its end', async () => {
    const altered = await byHand(5, (entry) => named(entry, 'altered'));
    await expectRepaired(5, 'it cannot be read or believed', altered);
    expect((await there(eu, 5)).record.createIndex).toBeGreaterThan(altered);
  });

  it('gets back what claims to be a later state of the authority than there is', async () => {
    await us.log.append(token(id(41), 'later', 'local'), { key: NO_REVISION });
    await level();
    const claim = (await us.log.head()).revision;
    await expectRepaired(6, 'it cannot be read or believed', await byHand(6, (entry) => ({ ...named(entry, 'claims'), origin: { ...entry.record.origin, revision: claim } }) as MintRecord));
  });

  it('gets back what cannot be read', async () => {
    const garbled = ({ record }: Entry): MintRecord => ({ ...record, writeId: 'garbled', body: { ...(record as { body: object }).body, secret: { digest: '', sealed: new Uint8Array() } } }) as MintRecord;
    await expectRepaired(7, 'it cannot be read or believed', await byHand(7, garbled));
  });

  it('loses what the authority has deleted, and what it has never had', async () => {
    const ended = await there(us, 8);
    await us.log.append(end(ended), { key: ended.revision });
    await level();
    const gone = await there(eu, 8);
    await eu.log.append({ ...named(ended, 'undead'), createIndex: NO_REVISION, origin: { region: 'us', incarnation: (await us.log.head()).incarnation, revision: ended.revision } } as MintRecord, { key: gone.revision });
    await eu.log.append(token(id(77), 'never there'), { key: NO_REVISION });
    await level();
    const found = await compared();
    expect(found.differences.map(({ key, repaired }) => [key, repaired]).toSorted()).toEqual([[`g.token.${id(8)}`, true], [`g.token.${id(77)}`, false]]);
    expect(eu.parts.verifier.troubles).toEqual([expect.stringContaining('1 records differ from the authority')]);
    // A sign of life of the authority's log makes the region list it.
    await us.log.append(token(id(42), 't42'), { key: NO_REVISION });
    await expect.poll(async () => [...(await eu.shown()).keys()].includes(id(77)), { timeout: 5_000 }).toBe(false);
    await level();
    expect(await compared()).toMatchObject({ differing: 0, changing: 0 });
    expect(eu.parts.verifier.troubles).toEqual([]);
    expect((await eu.shown()).has(id(8))).toBe(false);
  });

  it('brings nothing back that the authority ended meanwhile (P2)', async () => {
    await byHand(9, end);
    const verifying = eu.parts.verifier.verify(AbortSignal.timeout(10_000));
    const ended = await there(us, 9);
    await us.log.append(end(ended), { key: ended.revision });
    await verifying;
    await level();
    expect((await eu.shown()).has(id(9))).toBe(false);
    expect((await eu.log.get(keyOf(ended.record)))?.record.deleted).toBe(true);
  });

  it('keeps the region from nothing where the authority falls silent meanwhile: another one is followed', async () => {
    await byHand(3, end);
    silent.on = true;
    const verifying = eu.parts.verifier.verify(AbortSignal.timeout(10_000));
    await expect.poll(() => silent.asked, { timeout: 5_000 }).toBe(true);
    const { incarnation, revision } = await us.log.head();
    await eu.log.append(claim({ epoch: 1, region: 'eu', active: true, incarnation: '', revision: NO_REVISION, successions: [{ epoch: 1, region: 'eu', from: { region: 'us', incarnation, revision }, forced: true }] }), { key: NO_REVISION });
    expect((await verifying)[1]).toMatchObject({ problem: expect.stringContaining('another region is the authority now') });
    expect(await eu.puller?.alone(async () => 'a turn', AbortSignal.timeout(1_000))).toBe('a turn');
  });

  it('costs three questions, however much is equal', async () => {
    const asked: string[] = [];
    const { keeper } = us.parts;
    const peer: DigestPeer = {
      async digest(request) {
        asked.push('digest');
        return digestOf(keeper.kept, request);
      },
      async range(request) {
        asked.push(`range of ${request.ranges.length}`);
        return rangesOf(keeper.kept, request);
      },
    };
    await byHand(3, end);
    const ledger = eu.parts.keeper.kept?.ledger;
    if (ledger === undefined) throw new Error('nothing was read');
    const { found } = await suspects(ledger, peer, AbortSignal.timeout(5_000));
    expect(found).toHaveLength(1);
    expect(asked).toEqual(['digest', 'digest', 'range of 1']);
  });
});

/** A log of which no new tail tells anything while it is silent. */
function fallingSilent(log: Log, silent: { readonly on: boolean; asked: boolean }): LogReader {
  return new Proxy(log, {
    get(target, name: keyof Log) {
      if (name === 'tail' && silent.on) return nothing;
      const member = target[name] as unknown;
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  async function* nothing({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<never> {
    silent.asked = true;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
}
