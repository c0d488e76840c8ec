import { revision, type UniqueIndex } from '@mintmark/domain';
import { expect } from 'vitest';
import type { ViewReader } from '../view.ts';
import type { Behaviours } from './adapter.ts';
import { Pen } from './pen.ts';
import { digest, gone, oneTimeToken, organization, role, token, uuid } from './samples.ts';

async function holder(reader: ViewReader, secret: string): Promise<string | undefined> {
  return (await reader.find('token', 'secret', secret)).value?.record.id;
}

/** Unique keys: who holds them, and who holds them after a change. */
export const finding = {
  'a token is found by the digest of its secret': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), token(uuid(2), digest(2)));
    const { value, tableIndex, watermark } = await reader.find('token', 'secret', digest(1));
    expect([value?.revision, value?.record.id, tableIndex, watermark.revision]).toEqual([1, uuid(1), 2, 2]);
  },

  'a role is found by its name, byte for byte': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const names = ['auditor', 'Auditor', 'audit*', 'prüfer ü', 'a/b:c.d', ''];
    await pen.write(...names.map((name, i) => role(uuid(i), name)));
    for (const [i, name] of names.entries()) {
      expect((await reader.find('role', 'name', name)).value?.record.id).toBe(uuid(i));
    }
    expect((await reader.find('role', 'name', 'audit')).value).toBeUndefined();
  },

  'a key that stands nowhere in its record is found, given up and taken over like any other': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const holder = async (alias: string) => (await reader.find('organization', 'name', alias)).value?.record.id;
    await pen.write(organization(uuid(1), 'Prüfer GmbH'), organization(uuid(2), 'ACME'));
    expect([await holder('prüfer gmbh'), await holder('acme'), await holder('ACME')]).toEqual([uuid(1), uuid(2), undefined]);
    await pen.write(organization(uuid(2), 'Other'), organization(uuid(3), 'Acme'));
    expect([await holder('other'), await holder('acme')]).toEqual([uuid(2), uuid(3)]);
    await pen.write(gone(organization(uuid(3), 'Acme')));
    expect([await holder('acme'), await holder('other')]).toEqual([undefined, uuid(2)]);
  },

  'one digest may belong to a record of each kind': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(5)), oneTimeToken(uuid(2), digest(5)));
    expect(await holder(reader, digest(5))).toBe(uuid(1));
    expect((await reader.find('one_time_token', 'secret', digest(5))).value?.record.id).toBe(uuid(2));
    await pen.write(gone(oneTimeToken(uuid(2), digest(5))));
    expect(await holder(reader, digest(5))).toBe(uuid(1));
    expect((await reader.find('one_time_token', 'secret', digest(5))).value).toBeUndefined();
  },

  'a key that nobody holds is found absent, whatever it looks like': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(10)));
    for (const value of ['', 'x', digest(2), digest(10).toUpperCase(), digest(10).slice(2), '*', '@epoch', 'a\n\0b', 'z'.repeat(10_000)]) {
      expect((await reader.find('token', 'secret', value)).value).toBeUndefined();
      expect((await reader.find('token', 'name', value)).value).toBeUndefined();
    }
  },

  'a kind without an index has nothing to find': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(role(uuid(1), digest(1)));
    for (const index of ['secret', 'name'] satisfies UniqueIndex[]) {
      expect((await reader.find('policy', index, digest(1))).value).toBeUndefined();
    }
    expect((await reader.find('role', 'secret', digest(1))).value).toBeUndefined();
  },

  'a changed secret ends the old one at once': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)));
    await pen.write(token(uuid(1), digest(2)));
    expect([await holder(reader, digest(1)), await holder(reader, digest(2))]).toEqual([undefined, uuid(1)]);
  },

  'a change of anything else keeps the key': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1), 'before'));
    await pen.write(token(uuid(1), digest(1), 'after'));
    expect((await reader.find('token', 'secret', digest(1))).value?.record.body.name).toBe('after');
  },

  'a key goes over to the record that takes it': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)));
    await pen.write(gone(token(uuid(1), digest(1))));
    await pen.write(token(uuid(2), digest(1)));
    expect(await holder(reader, digest(1))).toBe(uuid(2));
  },

  'a key goes over within one batch, in whichever order it is told': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), token(uuid(2), digest(2)));
    await pen.write(token(uuid(1), digest(3)), token(uuid(2), digest(1)));
    expect(await holder(reader, digest(1))).toBe(uuid(2));
    await pen.write(token(uuid(1), digest(2)), token(uuid(2), digest(3)));
    const holders = [await holder(reader, digest(1)), await holder(reader, digest(2)), await holder(reader, digest(3))];
    expect(holders).toEqual([undefined, uuid(1), uuid(2)]);
  },

  'two records can swap their names': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(role(uuid(1), 'a'), role(uuid(2), 'b'));
    await pen.write(role(uuid(1), 'b'), role(uuid(2), 'a'));
    const found = await Promise.all(['a', 'b'].map(async (name) => (await reader.find('role', 'name', name)).value?.record.id));
    expect(found).toEqual([uuid(2), uuid(1)]);
  },

  'of two records with one key the last written is found': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), token(uuid(2), digest(1)));
    expect(await holder(reader, digest(1))).toBe(uuid(2));
    await pen.write(token(uuid(1), digest(1)));
    expect(await holder(reader, digest(1))).toBe(uuid(1));
  },

  'a record that lost its key takes nothing along when it is deleted': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), token(uuid(2), digest(1)));
    await pen.write(gone(token(uuid(1), digest(1))));
    expect(await holder(reader, digest(1))).toBe(uuid(2));
  },

  'a record that lost its key takes nothing along when it changes': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), token(uuid(2), digest(1)));
    await pen.write(token(uuid(1), digest(3)));
    expect([await holder(reader, digest(1)), await holder(reader, digest(3))]).toEqual([uuid(2), uuid(1)]);
  },

  'a key that was handed over unseen is found with its holder': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(role(uuid(1), 'x'));
    await pen.apply([{ revision: revision(21), record: role(uuid(2), 'x') }], revision(21));
    await pen.apply([{ revision: revision(40), record: { ...role(uuid(1), 'y'), createIndex: revision(1) } }], revision(40));
    const found = await Promise.all(['x', 'y'].map(async (name) => (await reader.find('role', 'name', name)).value?.record.id));
    expect(found).toEqual([uuid(2), uuid(1)]);
  },
} satisfies Behaviours;
