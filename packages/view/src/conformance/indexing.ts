import { type Kind, KINDS, revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { ViewReader } from '../view.ts';
import type { Behaviours } from './adapter.ts';
import { Pen } from './pen.ts';
import { digest, gone, policy, role, token, uuid } from './samples.ts';

async function tableIndex(reader: ViewReader, kind: Kind): Promise<number> {
  return (await reader.list(kind, { order: 'created', limit: 1 })).tableIndex;
}

/** The index of a table: moved by its own records alone, and never back. */
export const indexing = {
  'a table that was never touched stands at the floor': async ({ view, reader }) => {
    await Pen.ready(view, revision(40));
    for (const kind of KINDS) expect(await tableIndex(reader, kind)).toBe(40);
  },

  'a table stands at the last revision that touched it, tombstones included': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), policy('p'), role(uuid(2), 'r'), gone(policy('p')));
    await pen.skip(9);
    expect([await tableIndex(reader, 'token'), await tableIndex(reader, 'policy'), await tableIndex(reader, 'role')]).toEqual([1, 4, 3]);
    expect(await tableIndex(reader, 'one_time_token')).toBe(0);
  },

  'get, find and list tell the same table index, found or not': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(role(uuid(1), 'r'), policy('p'));
    const reads = [
      await reader.get('role', uuid(1)),
      await reader.get('role', uuid(7)),
      await reader.find('role', 'name', 'r'),
      await reader.find('role', 'name', 'nobody'),
      await reader.list('role', { order: 'id', limit: 1 }),
    ];
    expect(reads.map((read) => [read.tableIndex, read.watermark.revision])).toEqual(reads.map(() => [1, 2]));
  },

  'entries below the floor do not move a table index': async ({ view, reader }) => {
    const pen = await Pen.ready(view, revision(10));
    await pen.write(policy('p'));
    expect(await tableIndex(reader, 'policy')).toBe(10);
    await pen.skip(11);
    await pen.write(policy('q'));
    expect(await tableIndex(reader, 'policy')).toBe(12);
  },

  'a table index outlives a reset': async ({ view, reader }) => {
    const before = await Pen.ready(view);
    await before.skip(20);
    await before.write(policy('p'));
    await Pen.ready(view);
    expect([await tableIndex(reader, 'policy'), await tableIndex(reader, 'token')]).toEqual([21, 0]);
  },

  'a reset with a higher floor lifts every table to it': async ({ view, reader }) => {
    const before = await Pen.ready(view);
    await before.skip(20);
    await before.write(policy('p'));
    await Pen.ready(view, revision(21));
    await Pen.ready(view, revision(8));
    for (const kind of KINDS) expect(await tableIndex(reader, kind)).toBe(21);
  },
} satisfies Behaviours;
