import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MintRecord, NO_REVISION, type Revision } from '@mintmark/domain';
import type { Log, LogHead, LogReader } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge } from './core/restore.ts';
import { end, id, Region, token } from './region.fixture.ts';

describe('a region whose log was lost (P1)', () => {
  let folder: string;
  let log: Log;
  let region: Region;
  let written: MintRecord[];
  let before: LogHead;
  const opened: Log[] = [];
  const running: Region[] = [];

  async function open(name: string, first: { readonly incarnation?: string; readonly base?: Revision } = {}): Promise<Log> {
    const made = await openEmbeddedLog({ path: join(folder, name), ...first });
    opened.push(made);
    return made;
  }

  /** The region's replicator starts again over another log and the same view. */
  async function startOver(other: Log, source?: LogReader): Promise<{ readonly restored: readonly number[] }> {
    await region.stop();
    const restored: number[] = [];
    region = new Region(other, region.view);
    running.push(region);
    region.start('us', source, { restored: ({ records }) => restored.push(records) });
    return { restored };
  }

  async function ready(from: Log): Promise<void> {
    await region.projector.until((state) => state.ready && state.trouble === undefined, AbortSignal.timeout(10_000));
    const head = await from.head();
    await region.projector.until((state) => state.incarnation === head.incarnation && state.applied >= head.revision, AbortSignal.timeout(10_000));
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mintmark-restore-'));
    log = await open('first');
    region = new Region(log);
    running.push(region);
    region.start('us');
    written = [1, 2, 3, 4].map((n) => token(id(n), `t${n}`));
    for (const record of written) await log.append(record, { key: NO_REVISION });
    const gone = await log.get(written[3] as MintRecord);
    if (gone === undefined) throw new Error('the token is not there');
    before = { ...(await log.head()), revision: await log.append(end(gone), { key: gone.revision }) };
    await ready(log);
  });

  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await rm(folder, { recursive: true });
  });

  async function expectWhole(after: Log, restored: readonly number[]): Promise<void> {
    await ready(after);
    expect(restored).toEqual([3]);
    expect([...(await region.shown()).values()]).toEqual(['t1', 't2', 't3']);
    const head = await after.head();
    expect(head.base).toBeGreaterThan(before.revision);
    for (const [n, record] of written.slice(0, 3).entries()) expect((await after.get(record))?.record.createIndex).toBe(n + 1);
    expect(await after.get(written[3] as MintRecord)).toBeUndefined();
    const { tableIndex } = await region.view.get('token', id(1));
    expect(tableIndex).toBeGreaterThan(before.revision);
    expect(await after.append(token(id(9), 'after'), { key: NO_REVISION })).toBeGreaterThan(head.revision);
  }

  it('has everything back from its view when the log is empty', async () => {
    const empty = await open('empty', { incarnation: before.incarnation });
    await expectWhole(empty, (await startOver(empty)).restored);
  });

  it('has everything back when the log lost its last records', async () => {
    const cut = await open('cut', { incarnation: before.incarnation });
    for (const record of written.slice(0, 2)) await cut.append(record, { key: NO_REVISION });
    await expectWhole(cut, (await startOver(cut)).restored);
  });

  it('has everything back when the log was deleted and made anew, and keeps nothing that was written to that one', async () => {
    const anew = await open('anew');
    const stray = token(id(7), 'unheard');
    await anew.append(stray, { key: NO_REVISION });
    await expectWhole(anew, (await startOver(anew)).restored);
    expect(await anew.get(stray)).toBeUndefined();
  });

  it('folds a log that follows the one before instead of writing it again', async () => {
    const next = await open('next', { base: before.revision });
    await next.append(token(id(8), 't8'), { key: NO_REVISION });
    const { restored } = await startOver(next);
    await ready(next);
    expect([...(await region.shown()).values()]).toEqual(['t8']);
    expect(restored).toEqual([]);
  });

  it('refuses a view of another region, and changes neither', async () => {
    await region.stop();
    const { incarnation } = await region.view.watermark().then(({ source }) => source);
    region = new Region(log, region.view);
    running.push(region);
    region.start('eu');
    await region.projector.until(({ trouble }) => trouble?.includes('belongs to region us') === true, AbortSignal.timeout(5_000));
    expect((await region.view.watermark()).source).toEqual({ region: 'us', incarnation });
    expect(await log.head()).toEqual(before);
  });

  it('takes the authority’s records again that its view did not show yet', async () => {
    const authority = await open('authority');
    const added = await authority.append(token(id(5), 't5'), { key: NO_REVISION });
    const anew = await open('anew');
    const { restored } = await startOver(anew, authority);
    await region.covers(added);
    expect((await region.shown()).get(id(5))).toBe('t5');
    expect(restored).toEqual([3]);
  });
});

describe('which store is to be believed', () => {
  const head: LogHead = { incarnation: 'a', base: 0 as Revision, complete: true, revision: 10 as Revision, compacted: 4 as Revision };
  const at = (revision: number, incarnation = 'a') => ({ epoch: 'e', ready: true, revision: revision as Revision, source: { region: 'us', incarnation } });

  it.each([
    ['the log goes on from the view', head, at(7), undefined, 'go_on'],
    ['the view is behind purged tombstones', head, at(3), undefined, 'fold'],
    ['the log is shorter than the view', head, at(11), undefined, 'rewrite'],
    ['the log changed behind a reader', head, at(7), 'a', 'rewrite'],
    ['a log before this one changed behind a reader', head, at(7), 'b', 'go_on'],
    ['another log that follows the view', { ...head, base: 7 as Revision }, at(7, 'b'), undefined, 'fold'],
    ['another log that does not, however long it is', head, at(7, 'b'), undefined, 'rewrite'],
    ['a log that was left half written', { ...head, complete: false }, at(7), undefined, 'rewrite'],
  ] as const)('%s', (_, log, view, mistrusted, kind) => {
    expect(judge(log, view, mistrusted).kind).toBe(kind);
  });
});
