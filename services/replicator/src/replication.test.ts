import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entry, keyOf, type MintRecord, NO_REVISION, type Revision, type Scope } from '@mintmark/domain';
import type { Log } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { end, id, Region, token } from './region.fixture.ts';

describe('replication', () => {
  let folder: string;
  let us: Log;
  let eu: Region;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mintmark-replication-'));
    us = await openEmbeddedLog({ path: join(folder, 'us') });
    eu = new Region(await openEmbeddedLog({ path: join(folder, 'eu') }));
  });

  afterEach(async () => {
    await eu.stop();
    await Promise.all([us.close(), eu.log.close()]);
    await rm(folder, { recursive: true });
  });

  const create = (n: number, name: string, scope?: Scope): Promise<Revision> => us.append(token(id(n), name, scope), { key: NO_REVISION });
  const change = async (n: number, name: string): Promise<Revision> => {
    const before = (await us.get({ scope: 'global', kind: 'token', id: id(n) })) as Entry;
    return us.append(token(id(n), name, 'global', before.record.createIndex), { key: before.revision });
  };
  const remove = async (n: number): Promise<Revision> => {
    const before = (await us.get({ scope: 'global', kind: 'token', id: id(n) })) as Entry;
    return us.append(end(before), { key: before.revision });
  };

  it('brings creations, updates and deletions, and leaves local records at home', async () => {
    eu.start('eu', us);
    await create(1, 'one');
    await create(2, 'two');
    await create(3, 'home', 'local');
    await change(1, 'one again');
    await eu.covers(await remove(2));
    expect(await eu.shown()).toEqual(new Map([[id(1), 'one again']]));
    expect(await eu.log.get({ scope: 'local', kind: 'token', id: id(3) })).toBeUndefined();
  });

  it('gives replicas indexes of their own and keeps the createIndex over updates', async () => {
    for (let n = 10; n < 15; n += 1) await eu.log.append(token(id(n), 'local', 'local'), { key: NO_REVISION });
    eu.start('eu', us);
    await eu.covers(await create(1, 'one'));
    const first = (await eu.view.get('token', id(1))).value;
    expect(first?.record.createIndex).toBe(6);
    await eu.covers(await change(1, 'two'));
    const second = (await eu.view.get('token', id(1))).value;
    expect(second?.record.createIndex).toBe(6);
    expect(second?.revision).toBeGreaterThan(6);
  });

  it('starts from a full listing and deletes what the authority no longer has, tombstones purged or not', async () => {
    eu.start('eu', us);
    await create(1, 'stays');
    await eu.covers(await create(2, 'goes'));
    await eu.stop();
    await us.compact(await remove(2));
    const again = new Region(eu.log);
    eu = again;
    eu.start('eu', us);
    await eu.covers((await us.head()).revision);
    expect(await eu.shown()).toEqual(new Map([[id(1), 'stays']]));
    expect((await eu.log.get({ scope: 'global', kind: 'token', id: id(2) }))?.record.deleted).toBe(true);
  });

  it('takes again what it had deleted because the authority had it no longer, once that has it back', async () => {
    eu.start('eu', us);
    await create(1, 'stays');
    await eu.covers(await create(2, 'back'));
    await eu.stop();
    const { createIndex: _, ...said } = ((await us.get({ scope: 'global', kind: 'token', id: id(2) })) as Entry).record;
    await us.compact(await remove(2));
    eu = new Region(eu.log);
    eu.start('eu', us);
    await eu.covers((await us.head()).revision);
    expect(await eu.shown()).toEqual(new Map([[id(1), 'stays']]));
    await eu.covers(await us.append({ ...said, createIndex: NO_REVISION, writeId: 'once more' } as MintRecord, { key: NO_REVISION }));
    expect(await eu.shown()).toEqual(new Map([[id(1), 'stays'], [id(2), 'back']]));
    expect(eu.puller?.refused).toBe(0);
  });

  it('ends what the view shows and somebody has taken out of the log (P2)', async () => {
    await create(1, 'taken out');
    const record = ((await us.get({ scope: 'global', kind: 'token', id: id(1) })) as Entry).record;
    const at = await eu.log.append(token(id(2), 'in its place', 'local'), { key: NO_REVISION });
    const { epoch } = await eu.view.reset({ source: { region: 'eu', incarnation: (await eu.log.head()).incarnation }, floor: NO_REVISION });
    await eu.view.apply([{ revision: at, record }], { epoch, from: NO_REVISION, to: at });
    await eu.view.mark({ epoch, ready: true });
    expect(await eu.shown()).toEqual(new Map([[id(1), 'taken out']]));
    const ended = await remove(1);
    eu.start('eu', us);
    await eu.covers(ended);
    expect(await eu.shown()).toEqual(new Map());
    expect((await eu.log.get({ scope: 'global', kind: 'token', id: id(1) }))?.record.deleted).toBe(true);
  });

  it('lets a local record give way to a global one of the same id', async () => {
    await eu.log.append(token(id(1), 'shadow', 'local'), { key: NO_REVISION });
    eu.start('eu', us);
    await eu.covers(await create(1, 'real'));
    expect((await eu.view.get('token', id(1))).value?.record.body.name).toBe('real');
    expect((await eu.log.get({ scope: 'local', kind: 'token', id: id(1) }))?.record.deleted).toBe(true);
  });

  it('takes nothing from an authority whose log ends before what was seen (P13)', async () => {
    eu.start('eu', us);
    await create(1, 'one');
    await eu.covers(await create(2, 'two'));
    const emptied = await openEmbeddedLog({ path: join(folder, 'emptied') });
    const { view, log } = eu;
    await eu.stop();
    const again = new Region(log);
    Object.assign(again, { view });
    eu = again;
    eu.start('eu', emptied);
    await expect.poll(() => eu.puller?.trouble, { timeout: 5_000 }).toMatch(/nothing is taken/);
    expect(await eu.shown()).toEqual(new Map([[id(1), 'one'], [id(2), 'two']]));
    await emptied.close();
  });

  it('is a per-key prefix of the authority whatever happens, and equal to it in the end (P3)', async () => {
    eu.start('eu', us);
    const live = new Map<string, string>();
    for (let step = 0; step < 600; step += 1) {
      const n = step % 37;
      if (!live.has(id(n))) {
        const tombstone = await us.get({ scope: 'global', kind: 'token', id: id(n) });
        await us.append(token(id(n), `v${step}`), { key: tombstone?.revision ?? NO_REVISION });
        live.set(id(n), `v${step}`);
      } else if (step % 5 === 0) {
        await remove(n);
        live.delete(id(n));
      } else {
        await change(n, `v${step}`);
        live.set(id(n), `v${step}`);
      }
      if (step % 150 === 149) {
        const { log, view } = eu;
        await eu.stop();
        const again = new Region(log);
        Object.assign(again, { view });
        eu = again;
        eu.start('eu', us);
      }
    }
    await eu.covers((await us.head()).revision);
    expect(await eu.shown()).toEqual(live);
    for (const key of live.keys()) {
      const theirs = (await us.get({ scope: 'global', kind: 'token', id: key })) as Entry;
      const ours = (await eu.log.get(keyOf(theirs.record))) as Entry;
      expect(ours.record.origin?.revision).toBe(theirs.revision);
    }
  });

  it('goes on after a record that cannot be read, and does not show what that one replaced', async () => {
    eu.start('eu', us);
    const first = await eu.log.append(token(id(1), 'readable', 'local'), { key: NO_REVISION });
    const { log, projector, view } = eu;
    const garbled = token(id(1), 'garbled', 'local', first);
    if (garbled.deleted || garbled.kind !== 'token') throw new Error('no token');
    await projector.until(({ applied, ready }) => ready && applied >= first, AbortSignal.timeout(5_000));
    expect((await view.get('token', id(1))).value?.record.body.name).toBe('readable');
    await log.append({ ...garbled, body: { ...garbled.body, secret: { digest: '', sealed: new Uint8Array() } } }, { key: first });
    const next = await log.append(token(id(2), 'next', 'local'), { key: NO_REVISION });
    await projector.until(({ applied }) => applied >= next, AbortSignal.timeout(5_000));
    expect((await view.get('token', id(1))).value).toBeUndefined();
    expect((await view.get('token', id(2))).value?.record.body.name).toBe('next');
    expect(projector.state.setAside).toBe(1);
  });

  it('folds the view again when it was emptied under it', async () => {
    eu.start('eu', us);
    await eu.covers(await create(1, 'one'));
    const { epoch, source } = await eu.view.watermark();
    await eu.view.reset({ source, floor: NO_REVISION });
    await expect.poll(async () => (await eu.view.watermark()).ready, { timeout: 5_000 }).toBe(true);
    expect((await eu.view.watermark()).epoch).not.toBe(epoch);
    expect(await eu.shown()).toEqual(new Map([[id(1), 'one']]));
  });
});
