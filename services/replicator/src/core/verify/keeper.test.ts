import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MintRecord, NO_REVISION, type Revision, revision } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import type { Log, TailBatch } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { end, id, silent, token } from '../../region.fixture.ts';
import { Keeper } from './keeper.ts';

describe('the keeper of a ledger', () => {
  let folder: string;
  let log: Log;
  let keeper: Keeper;
  let stop: AbortController;
  let running: Promise<void>;
  let incarnation: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mintmark-keeper-'));
    log = await openEmbeddedLog({ path: join(folder, 'log') });
    ({ incarnation } = await log.head());
    keeper = new Keeper({ log, world: systemWorld, events: silent });
    stop = new AbortController();
    running = keeper.run(stop.signal);
  });

  afterEach(async () => {
    stop.abort();
    await running;
    await log.close();
    await rm(folder, { recursive: true });
  });

  const within = (): AbortSignal => AbortSignal.timeout(5_000);
  const append = (record: MintRecord): Promise<Revision> => log.append(record, { key: NO_REVISION });
  /** What stands in the log at a revision, as a tail gives it. */
  const batchOf = async (record: MintRecord, at: Revision): Promise<TailBatch> => ({ entries: [{ record, revision: at }], through: at, setAside: [] });

  it('knows what is live under an id once it has read the log, and nothing of it before', async () => {
    expect(new Keeper({ log, world: systemWorld, events: silent }).under('token', id(1))).toBeUndefined();
    await append(token(id(1), 'here', 'local'));
    await append(token(id(2), 'everywhere'));
    await keeper.reread(within());
    expect([1, 2, 3].map((n) => keeper.under('token', id(n)))).toEqual(['local', 'global', 'nothing']);
  });

  it('goes on with what the projector is given, and not by reading', async () => {
    const first = await append(token(id(1), 'one'));
    await keeper.reread(within());
    const record = token(id(2), 'two');
    const at = await append(record);
    expect(keeper.under('token', id(2))).toBe('nothing');
    keeper.feed(await batchOf(record, at), { incarnation, after: first });
    expect(keeper.under('token', id(2))).toBe('global');
    const last = end({ record: token(id(2), 'two', 'global', at), revision: at });
    const ended = await log.append(last, { key: at });
    keeper.feed(await batchOf(last, ended), { incarnation, after: at });
    expect(keeper.kept?.ledger.through).toBe(ended);
    expect(keeper.under('token', id(2))).toBe('nothing');
  });

  it('is given the same again without harm', async () => {
    const record = token(id(1), 'one');
    const at = await append(record);
    const last = end({ record: token(id(1), 'one', 'global', at), revision: at });
    await log.append(last, { key: at });
    await keeper.reread(within());
    keeper.feed(await batchOf(record, at), { incarnation, after: NO_REVISION });
    expect(keeper.under('token', id(1))).toBe('nothing');
    expect(keeper.kept?.ledger.globals).toBe(0);
  });

  it('reads the log again where it was not given all of it', async () => {
    await append(token(id(1), 'one'));
    await keeper.reread(within());
    await append(token(id(2), 'missed'));
    const record = token(id(3), 'three');
    const at = await append(record);
    keeper.feed(await batchOf(record, at), { incarnation, after: revision(at - 1) });
    expect(keeper.under('token', id(2))).toBeUndefined();
    await keeper.covers(at, within());
    expect(keeper.under('token', id(2))).toBe('global');
    expect(keeper.kept?.ledger.globals).toBe(3);
  });

  it('reads the log again where it became another, and waits until the projector has that one too', async () => {
    const first = await append(token(id(1), 'one'));
    await keeper.reread(within());
    async function* records(): AsyncIterable<MintRecord> {
      yield token(id(2), 'two');
    }
    const head = await log.rewrite(records(), { above: revision(10) });
    keeper.feed({ entries: [], through: first, setAside: [] }, { incarnation: head.incarnation, after: first });
    await keeper.covers(head.revision, within());
    expect(keeper.kept?.incarnation).toBe(head.incarnation);
    expect([1, 2].map((n) => keeper.under('token', id(n)))).toEqual(['nothing', 'global']);
  });

  it('says that nothing stands under an id only for the very revision that it has read to', async () => {
    const first = await append(token(id(1), 'one'));
    await keeper.reread(within());
    expect(keeper.lacks('token', id(2), first)).toBe(true);
    expect(keeper.lacks('token', id(1), first)).toBe(false);
    expect(keeper.lacks('token', id(2), revision(first + 1))).toBe(false);
    const record = token(id(3), 'three');
    const at = await append(record);
    keeper.feed(await batchOf(record, at), { incarnation, after: first });
    expect(keeper.lacks('token', id(2), first)).toBe(false);
  });
});
