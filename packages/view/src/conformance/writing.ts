import { type Entry, type Kind, type MintRecord, type Revision, revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { refused, Tap } from './expecting.ts';
import { Pen, SOURCE } from './pen.ts';
import { bootstrap, digest, gone, oneTimeToken, policy, policyVersion, role, token, uuid } from './samples.ts';

const MANY = 1000;

/** What `apply` takes, what it refuses, and what it leaves behind. */
export const writing = {
  'the next contiguous step moves the watermark': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), token(uuid(2), digest(2)));
    await pen.write(token(uuid(3), digest(3)));
    expect((await reader.watermark()).revision).toBe(3);
  },

  'a step from above the watermark is refused with what the view has': async ({ view }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)));
    const ahead = { epoch: pen.epoch, from: revision(2), to: revision(3) };
    const error = await refused(view.apply([], ahead), 'gap');
    expect(error.have).toEqual({ epoch: pen.epoch, revision: 1 });
  },

  'a step that was applied before is refused': async ({ view }) => {
    const pen = await Pen.ready(view);
    const entries = pen.entries(token(uuid(1), digest(1)));
    const range = { epoch: pen.epoch, from: revision(0), to: revision(1) };
    await view.apply(entries, range);
    const error = await refused(view.apply(entries, range), 'gap');
    expect(error.have).toEqual({ epoch: pen.epoch, revision: 1 });
  },

  'a step that goes back is refused': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.skip(5);
    await refused(view.apply([], { epoch: pen.epoch, from: revision(5), to: revision(4) }), 'gap');
    expect((await reader.watermark()).revision).toBe(5);
  },

  'a foreign epoch is refused by apply and mark': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const epoch = 'f'.repeat(22);
    const onApply = await refused(view.apply(pen.entries(policy('p')), { epoch, from: revision(0), to: revision(1) }), 'gap');
    const onMark = await refused(view.mark({ epoch, ready: false }), 'gap');
    expect([onApply.have, onMark.have]).toEqual([
      { epoch: pen.epoch, revision: 0 },
      { epoch: pen.epoch, revision: 0 },
    ]);
    expect(await reader.watermark()).toMatchObject({ revision: 0, ready: true });
  },

  'entries outside the step, repeated or out of order are refused': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.skip(2);
    const at = (n: number): Entry => ({ revision: revision(n), record: token(uuid(n), digest(n)) });
    for (const entries of [[at(2)], [at(6)], [at(4), at(3)], [at(3), at(3)]]) {
      await refused(view.apply(entries, { epoch: pen.epoch, from: revision(2), to: revision(5) }), 'gap');
    }
    expect((await reader.watermark()).revision).toBe(2);
  },

  'a refused batch leaves no trace': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('kept'));
    const entries = [...pen.entries(token(uuid(1), digest(1)), gone(policy('kept'))), ...pen.entries(role(uuid(2), 'late'))];
    await refused(view.apply(entries, { epoch: pen.epoch, from: revision(1), to: revision(9) }), 'gap');
    expect((await reader.get('token', uuid(1))).value).toBeUndefined();
    expect((await reader.find('token', 'secret', digest(1))).value).toBeUndefined();
    expect(await reader.get('policy', 'kept')).toMatchObject({ value: { revision: 1 }, tableIndex: 1 });
    expect((await reader.list('token', { order: 'created', limit: 9 })).tableIndex).toBe(0);
    await using tap = new Tap(reader, pen.epoch, revision(1));
    await pen.skip(2);
    expect((await tap.next()).changes).toEqual([]);
  },

  'of concurrent steps from one position exactly one is applied': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, i) => {
        const entry: Entry = { revision: revision(1), record: policy(`p${i}`) };
        return view.apply([entry], { epoch: pen.epoch, from: revision(0), to: revision(1) });
      }),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { value } = await reader.list('policy', { order: 'id', limit: 100 });
    expect(value.map(({ record }) => record.id)).toEqual([`p${outcomes.findIndex(({ status }) => status === 'fulfilled')}`]);
  },

  'a batch of a thousand entries is applied whole': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(...Array.from({ length: MANY }, (_, i) => token(uuid(i), digest(i))));
    const { value } = await reader.list('token', { order: 'created', limit: MANY });
    expect(value.map(({ record }) => record.id)).toEqual(Array.from({ length: MANY }, (_, i) => uuid(i)));
    expect((await reader.find('token', 'secret', digest(MANY - 1))).value?.revision).toBe(MANY);
  },

  'a step may be empty, and may end above its last entry': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.skip(4);
    await pen.apply([{ revision: revision(6), record: policy('p') }], revision(9));
    const read = await reader.get('policy', 'p');
    expect([read.value?.revision, read.watermark.revision, read.tableIndex]).toEqual([6, 9, 6]);
  },

  'every kind of record comes back whole': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const records = [token(uuid(1), digest(1)), oneTimeToken(uuid(1), digest(2)), role(uuid(2), 'auditor'), policy('readers'), policyVersion('readers.2'), bootstrap()];
    await pen.write(...records);
    for (const [i, record] of records.entries()) {
      const { value } = await reader.get<Kind>(record.kind, record.id);
      expect(value).toEqual({ revision: i + 1, record: { ...record, createIndex: i + 1 } });
    }
  },

  'a createIndex of 0 stands for the revision': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.apply([{ revision: revision(7), record: token(uuid(1), digest(1)) }], revision(7));
    expect((await reader.get('token', uuid(1))).value?.record.createIndex).toBe(7);
    const { value } = await reader.list('token', { order: 'created', from: { createIndex: revision(7), id: uuid(1) }, limit: 1 });
    expect(value).toHaveLength(1);
  },

  'revisions up to 2^53 - 1 keep every digit': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const last = Number.MAX_SAFE_INTEGER as Revision;
    const before = (last - 1) as Revision;
    await pen.apply([{ revision: before, record: policy('p') }], before);
    await pen.apply([{ revision: last, record: policy('q') }], last);
    const { value, tableIndex, watermark } = await reader.list('policy', { order: 'created', from: { createIndex: last, id: '' }, limit: 9 });
    expect(value.map((entry) => [entry.revision, entry.record.createIndex, entry.record.id])).toEqual([[last, last, 'q']]);
    expect([tableIndex, watermark.revision]).toEqual([last, last]);
  },

  'a later state replaces the earlier, also within one batch': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const named = (name: string): MintRecord => token(uuid(1), digest(1), name);
    await pen.write(named('a'), named('b'), named('c'));
    expect((await reader.get('token', uuid(1))).value?.record).toMatchObject({ createIndex: 1, body: { name: 'c' } });
    await pen.write(named('d'));
    const { value } = await reader.list('token', { order: 'created', limit: 9 });
    expect(value.map((entry) => [entry.revision, entry.record.createIndex, entry.record.body.name])).toEqual([[4, 1, 'd']]);
  },

  'a tombstone takes a record out of get, find and list': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), token(uuid(2), digest(2)));
    await pen.write(gone(token(uuid(1), digest(1))));
    expect((await reader.get('token', uuid(1))).value).toBeUndefined();
    expect((await reader.find('token', 'secret', digest(1))).value).toBeUndefined();
    for (const order of ['created', 'id'] as const) {
      const { value } = await reader.list('token', { order, limit: 9 });
      expect(value.map(({ record }) => record.id)).toEqual([uuid(2)]);
    }
  },

  'a record can be written again after its tombstone, also within one batch': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('p'), policy('q'), gone(policy('p')), policy('p'));
    const { value } = await reader.list('policy', { order: 'created', limit: 9 });
    expect(value.map(({ record }) => [record.createIndex, record.id])).toEqual([
      [2, 'q'],
      [4, 'p'],
    ]);
  },

  'a tombstone of a record that the view never showed is applied': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(gone(policy('p')));
    expect(await reader.get('policy', 'p')).toMatchObject({ value: undefined, tableIndex: 1, watermark: { revision: 1 } });
  },

  'a record that was written again unseen is listed where it now belongs': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('p'), policy('q'));
    await pen.apply([{ revision: revision(5), record: { ...policy('p'), createIndex: revision(5) } }], revision(5));
    const { value } = await reader.list('policy', { order: 'created', limit: 9 });
    expect(value.map(({ record }) => record.id)).toEqual(['q', 'p']);
  },

  'a reset empties the view under a new epoch': async ({ view, reader }) => {
    const before = await Pen.ready(view);
    await before.write(token(uuid(1), digest(1)), role(uuid(2), 'auditor'));
    const after = await Pen.ready(view);
    expect(after.epoch).not.toBe(before.epoch);
    expect((await reader.get('token', uuid(1))).value).toBeUndefined();
    expect((await reader.find('role', 'name', 'auditor')).value).toBeUndefined();
    expect((await reader.list('token', { order: 'created', limit: 9 })).value).toEqual([]);
    expect((await reader.list('token', { order: 'id', limit: 9 })).value).toEqual([]);
    const error = await refused(before.write(policy('late')), 'gap');
    expect(error.have).toEqual({ epoch: after.epoch, revision: 0 });
  },

  'a reset can change the log that the view is folded from': async ({ view, reader }) => {
    await Pen.ready(view);
    const source = { region: SOURCE.region, incarnation: 'another-incarnation-01' };
    await view.reset({ source, floor: revision(0) });
    expect((await reader.watermark()).source).toEqual(source);
  },
} satisfies Behaviours;
