import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entry, keyOf, type MintRecord, NO_REVISION, type Revision } from '@mintmark/domain';
import type { Log } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { end, id, Region, token } from './region.fixture.ts';

/** Somebody writes to logs who is no issuer. */
describe('a replicator (P10)', () => {
  let folder: string;
  let us: Log;
  let eu: Region;
  let asides: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mintmark-signed-'));
    us = await openEmbeddedLog({ path: join(folder, 'us') });
    eu = new Region(await openEmbeddedLog({ path: join(folder, 'eu') }));
    asides = [];
    eu.start('eu', us, { setAside: ({ source, why, problem }) => asides.push(`${source} ${why}: ${problem}`) });
  });

  afterEach(async () => {
    await eu.stop();
    await Promise.all([us.close(), eu.log.close()]);
    await rm(folder, { recursive: true });
  });

  /** Appends whatever it is to a log, over what is there. */
  const put = async (log: Log, record: MintRecord): Promise<Revision> => {
    const before = await log.get(keyOf(record));
    return log.append({ ...record, createIndex: NO_REVISION }, { key: before?.revision ?? NO_REVISION });
  };
  const inLog = async (log: Log, n: number): Promise<Entry> => (await log.get({ scope: 'global', kind: 'token', id: id(n) })) as Entry;
  const shownBy = async (log: Log, at: Revision): Promise<Map<string, string>> => {
    if (log === us) await eu.covers(at);
    else await eu.projector.until(({ applied }) => applied >= at, AbortSignal.timeout(5_000));
    return eu.shown();
  };
  const altered = (record: MintRecord, name: string): MintRecord => ({ ...record, body: { ...(record as { body: object }).body, name } }) as MintRecord;
  const unsigned = ({ signature: _, ...record }: MintRecord): MintRecord => record as MintRecord;

  it('takes nothing forged, altered, unsigned or moved from the authority’s log, and everything else', async () => {
    const good = token(id(1), 'good');
    await put(us, good);
    await eu.covers((await us.head()).revision);
    await put(us, unsigned(token(id(2), 'unsigned')));
    await put(us, altered(token(id(3), 'signed'), 'altered'));
    await put(us, { ...token(id(4), 'for eu alone', 'local'), scope: 'global' });
    await put(us, altered(good, 'altered'));
    expect(await shownBy(us, await put(us, token(id(5), 'another')))).toEqual(new Map([[id(1), 'good'], [id(5), 'another']]));
    expect(asides).toEqual([
      'authority refused: it is not signed',
      'authority refused: its signature by the issuer of us is not right',
      'authority refused: its signature by the issuer of eu is not right',
      'authority refused: its signature by the issuer of us is not right',
    ]);
    expect(eu.puller?.refused).toBe(4);
  });

  it('takes no older state of a record again, and not what was deleted', async () => {
    const first = token(id(1), 'first');
    const alive = token(id(2), 'alive');
    await put(us, first);
    await eu.covers(await put(us, alive));
    await put(us, token(id(1), 'second'));
    await eu.covers(await put(us, end(await inLog(us, 2))));
    await put(us, first);
    expect(await shownBy(us, await put(us, alive))).toEqual(new Map([[id(1), 'second']]));
    expect(asides).toHaveLength(2);
    expect(await shownBy(us, await put(us, token(id(1), 'third')))).toEqual(new Map([[id(1), 'third']]));
  });

  it('takes what was written just before something forged came over it', async () => {
    const good = token(id(1), 'good');
    await eu.covers(await put(us, good));
    const last = end(await inLog(us, 1));
    await put(us, last);
    await eu.covers(await put(us, altered(good, 'forged')));
    // The log has one state of each key: whether the end was seen before it was written over is for the tail to say.
    expect([...(await eu.shown()).values()]).not.toContain('forged');
    expect(asides).toHaveLength(1);
  });

  it('shows nothing of its own log that is forged, altered, of another region, or replaced before, and ends what that came over', async () => {
    await eu.covers(await put(us, token(id(1), 'one')));
    const one = await inLog(eu.log, 1);
    await eu.covers(await put(us, token(id(1), 'two')));
    await put(eu.log, unsigned(token(id(2), 'unsigned')));
    await put(eu.log, { ...token(id(3), 'of us'), scope: 'local' });
    expect(await shownBy(eu.log, await put(eu.log, one.record as MintRecord))).toEqual(new Map());
    expect(asides.slice(0, 2)).toEqual(['log refused: it is not signed', 'log refused: it is a local record of us']);
    expect(asides[2]).toMatch(/^log refused: it is signed at \d+, but one of \d+ was there before it$/);
    expect(eu.projector.state).toMatchObject({ refused: 3, trouble: undefined });
    // What the authority says next comes through, also over what was forged here.
    expect(await shownBy(us, await put(us, token(id(1), 'three')))).toEqual(new Map([[id(1), 'three']]));
  });

  it('lets a copy that says of itself to be newer suppress nothing', async () => {
    await eu.covers(await put(us, token(id(1), 'one')));
    const { record } = await inLog(eu.log, 1);
    const origin = { region: 'us', incarnation: (await us.head()).incarnation, revision: 1_000 as Revision };
    await put(eu.log, { ...record, origin } as MintRecord);
    await eu.covers(await put(us, end(await inLog(us, 1))));
    expect(await eu.shown()).toEqual(new Map());
    expect((await inLog(eu.log, 1)).record.deleted).toBe(true);
  });

  it('does not let what denies be written away', async () => {
    const denied = { kind: 'denied', id: 'jti', scope: 'local', deleted: true, createIndex: NO_REVISION, writeId: 'w' } as MintRecord;
    const at = await put(eu.log, denied);
    await eu.projector.until(({ applied }) => applied >= at, AbortSignal.timeout(5_000));
    expect((await eu.view.get('denied', 'jti')).value?.record).toMatchObject({ deleted: false, body: { expiresAt: Number.MAX_SAFE_INTEGER } });
    expect((await eu.view.get('denied', 'jti')).value?.record.signature).toBeUndefined();
  });
});
