import { encodeRecord } from '@mintmark/contract';
import { keyText, type LiveRecord, type MintRecord, NO_REVISION } from '@mintmark/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pen } from './conformance/pen.ts';
import { digest, gone, role, token, uuid } from './conformance/samples.ts';
import { openEmbeddedView } from './embedded/index.ts';
import type { View, ViewReader } from './view.ts';
import { verifiedView } from './verified.ts';

const GOOD = 'good';
let stop: AbortController;
let view: View;
let pen: Pen;
let read: ViewReader;
let refused: string[];
/** While it holds, the feed says nothing. */
let quiet: boolean;

beforeEach(async () => {
  stop = new AbortController();
  view = openEmbeddedView();
  pen = await Pen.ready(view);
  refused = [];
  quiet = false;
  const reader: ViewReader = {
    watermark: (options) => view.watermark(options),
    get: (kind, id, options) => view.get(kind, id, options),
    find: (kind, index, value, options) => view.find(kind, index, value, options),
    list: (kind, query, options) => view.list(kind, query, options),
    async *changes(options) {
      for await (const batch of view.changes(options)) if (!quiet) yield batch;
    },
    close: () => view.close(),
  };
  read = verifiedView(reader, async ({ signature }) => (signature?.value.startsWith(GOOD) ? undefined : 'forged'), ({ kind, id, problem }) => refused.push(`${kind} ${id}: ${problem}`));
});

afterEach(async () => {
  stop.abort();
  await view.close();
});

function signed<R extends MintRecord>(record: R, stamp: number, value = GOOD, incarnation?: string): R {
  const origin = incarnation === undefined ? {} : { origin: { region: 'us', incarnation, revision: pen.at } };
  return { ...record, ...origin, signature: { key: 'k', stamp, previous: '', value } };
}

const aRole = (n: number, stamp: number, value?: string): LiveRecord<'role'> => signed(role(uuid(n), `role ${n}`), stamp, value);

describe('a view whose records are signed', () => {
  it('E1 gives what is good, and neither believes nor passes by what is not', async () => {
    await pen.write(aRole(1, 1), aRole(2, 1, 'bad'), signed(token(uuid(3), digest(3)), 1, 'bad'));
    expect((await read.get('role', uuid(1))).value?.record.body.name).toBe('role 1');
    expect((await read.get('role', uuid(9))).value).toBeUndefined();
    await expect(read.get('role', uuid(2))).rejects.toMatchObject({ code: 'refused' });
    await expect(read.find('token', 'secret', digest(3))).rejects.toMatchObject({ code: 'refused' });
    expect(refused).toEqual([`role ${uuid(2)}: forged`, `token ${uuid(3)}: forged`]);
  });

  it('E1 lists full pages, whatever lies between', async () => {
    const bad = new Set([2, 3, 4, 5, 7, 9]);
    await pen.write(...Array.from({ length: 10 }, (_, at) => aRole(at + 1, 1, bad.has(at + 1) ? 'bad' : GOOD)));
    for (const order of ['id', 'created'] as const) {
      const all: string[] = [];
      for (const limit of [1, 2, 3, 10]) {
        const { value, refused: left } = await read.list('role', { order, limit });
        expect(value.map(({ record }) => record.id)).toEqual([1, 6, 8, 10].slice(0, limit).map(uuid));
        all.push(...(left ?? []));
      }
      expect(new Set(all)).toEqual(new Set([...bad].map(uuid)));
    }
    expect((await read.list('role', { order: 'id', from: uuid(8), limit: 5 })).value).toHaveLength(2);
  });

  it('E2 refuses an older state than one that was seen, and what was deleted, but not what comes after', async () => {
    let heard = pen.at;
    const hear = (async () => {
      for await (const { through } of read.changes({ epoch: pen.epoch, after: pen.at, signal: stop.signal })) heard = through;
    })();
    await pen.write(aRole(1, 5));
    await read.get('role', uuid(1));
    await pen.write(aRole(1, 4));
    await expect(read.get('role', uuid(1))).rejects.toMatchObject({ code: 'refused' });
    expect((await read.list('role', { order: 'id', limit: 10 })).refused).toEqual([uuid(1)]);
    await pen.write(aRole(1, 6));
    await read.get('role', uuid(1));
    await pen.write(gone(aRole(1, 7)));
    await expect.poll(() => heard).toBe(pen.at);
    expect((await read.get('role', uuid(1))).value).toBeUndefined();
    // Put there by somebody who tells nobody.
    quiet = true;
    await pen.write(aRole(1, 6));
    await expect(read.get('role', uuid(1))).rejects.toMatchObject({ code: 'refused' });
    quiet = false;
    await pen.write(aRole(1, 8));
    expect((await read.get('role', uuid(1))).value?.record.signature?.stamp).toBe(8);
    stop.abort();
    await hear;
  });

  it('E3 takes an older state of another incarnation of the authority, once the region has contact with that', async () => {
    const from = (incarnation: string, stamp: number): MintRecord => signed(role(uuid(1), incarnation), stamp, GOOD, incarnation);
    const contact = (incarnation: string) => view.mark({ epoch: pen.epoch, contact: { region: 'us', incarnation, covered: pen.at, head: pen.at, at: 1 } });
    await contact('first');
    await pen.write(from('first', 5));
    await read.get('role', uuid(1));
    await pen.write(from('second', 4));
    await expect(read.get('role', uuid(1))).rejects.toMatchObject({ code: 'refused' });
    await contact('second');
    expect((await read.get('role', uuid(1))).value?.record.body.name).toBe('second');
  });

  describe('where a state was decided by an authority that was replaced without it', () => {
    const NAMES = { oldest: 1, older: 2, lost: 3 };
    const GOODS: Readonly<Record<string, string>> = { oldest: 'good0001', older: 'good0002', lost: 'good0003' };
    const said = (name: keyof typeof NAMES): LiveRecord<'role'> => signed(role(uuid(1), name), NAMES[name], GOODS[name]);
    const aside = (instead: keyof typeof NAMES, value = GOOD): MintRecord => {
      const origin = { region: 'us', incarnation: 'i', revision: pen.at };
      const body = { record: Buffer.from(encodeRecord(said('lost'))), origin, epoch: 0, at: '', held: false, carried: '', instead: said(instead).signature?.value ?? '' };
      return signed({ kind: 'set_aside', id: `${keyText(said('lost'))}@0.us.1`, scope: 'local', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), body }, 1, value);
    };
    const name = async (): Promise<string | undefined> => (await read.get('role', uuid(1))).value?.record.body.name;

    it('E3 takes the older one that counts in its place, and no other', async () => {
      await pen.write(said('lost'));
      await name();
      await pen.write(aside('older', 'bad'), said('older'));
      await expect(name()).rejects.toMatchObject({ code: 'refused' });
      await pen.write(aside('older'), said('oldest'));
      await expect(name()).rejects.toMatchObject({ code: 'refused' });
      await pen.write(said('older'));
      expect(await name()).toBe('older');
      await pen.write(said('oldest'));
      await expect(name()).rejects.toMatchObject({ code: 'refused' });
    });

    it('E2 E3 takes whatever a later epoch says, and then nothing that was before', async () => {
      await pen.write(aside('older'), said('lost'));
      await name();
      await pen.write({ ...signed(role(uuid(1), 'newer'), 1, 'good0004'), epoch: 1 });
      expect(await name()).toBe('newer');
      for (const older of ['lost', 'older'] as const) {
        await pen.write(said(older));
        await expect(name()).rejects.toMatchObject({ code: 'refused' });
      }
    });

    it('E3 brings nothing back that ended since', async () => {
      let heard = pen.at;
      const hear = (async () => {
        for await (const { through } of read.changes({ epoch: pen.epoch, after: pen.at, signal: stop.signal })) heard = through;
      })();
      await pen.write(aside('older'), said('older'));
      await name();
      await pen.write(gone(said('older')));
      await expect.poll(() => heard).toBe(pen.at);
      quiet = true;
      await pen.write(said('older'));
      await expect(name()).rejects.toMatchObject({ code: 'refused' });
      stop.abort();
      await hear;
    });
  });
});
