import { type Kind, type Revision, revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { ListQuery, ViewReader } from '../view.ts';
import type { Behaviours } from './adapter.ts';
import { Pen } from './pen.ts';
import { digest, gone, policy, token, uuid } from './samples.ts';

async function ids(reader: ViewReader, query: ListQuery, kind: Kind = 'policy'): Promise<readonly string[]> {
  return (await reader.list(kind, query)).value.map(({ record }) => record.id);
}

function at(createIndex: number, id: string): { createIndex: Revision; id: string } {
  return { createIndex: revision(createIndex), id };
}

/** In an order of creation that is no order of ids. */
const NAMES = ['m', 'c', 'x', 'a', 'q'];
const ALL = 100;

async function named(view: Parameters<typeof Pen.ready>[0], names: readonly string[] = NAMES): Promise<Pen> {
  const pen = await Pen.ready(view);
  await pen.write(...names.map((name) => policy(name)));
  return pen;
}

/** Lists: two orders, both directions, inclusive cursors, prefixes, limits. */
export const listing = {
  'records are listed in the order of their creation, updates or not': async ({ view, reader }) => {
    const pen = await named(view);
    await pen.write(policy('m'), policy('a'));
    expect(await ids(reader, { order: 'created', limit: ALL })).toEqual(NAMES);
  },

  'records are listed in the order of their ids': async ({ view, reader }) => {
    await named(view);
    expect(await ids(reader, { order: 'id', limit: ALL })).toEqual(['a', 'c', 'm', 'q', 'x']);
  },

  'both orders can be reversed': async ({ view, reader }) => {
    await named(view);
    expect(await ids(reader, { order: 'created', reverse: true, limit: ALL })).toEqual([...NAMES].reverse());
    expect(await ids(reader, { order: 'id', reverse: true, limit: ALL })).toEqual(['x', 'q', 'm', 'c', 'a']);
  },

  'records of one createIndex are listed by id': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const entries = ['b', 'c', 'a'].map((id, i) => ({ revision: revision(5 + i), record: { ...policy(id), createIndex: revision(5) } }));
    await pen.apply(entries, revision(7));
    const from = at(5, 'b');
    expect(await ids(reader, { order: 'created', limit: ALL })).toEqual(['a', 'b', 'c']);
    expect(await ids(reader, { order: 'created', from, limit: ALL })).toEqual(['b', 'c']);
    expect(await ids(reader, { order: 'created', from: at(5, 'aa'), limit: ALL })).toEqual(['b', 'c']);
    expect(await ids(reader, { order: 'created', from, reverse: true, limit: ALL })).toEqual(['b', 'a']);
    expect(await ids(reader, { order: 'created', from: at(5, 'bb'), reverse: true, limit: 1 })).toEqual(['b']);
  },

  'a cursor by creation includes its element, in both directions': async ({ view, reader }) => {
    await named(view);
    expect(await ids(reader, { order: 'created', from: at(3, 'x'), limit: ALL })).toEqual(['x', 'a', 'q']);
    expect(await ids(reader, { order: 'created', from: at(3, 'x'), reverse: true, limit: ALL })).toEqual(['x', 'c', 'm']);
  },

  'a cursor by id includes its element, in both directions': async ({ view, reader }) => {
    await named(view);
    expect(await ids(reader, { order: 'id', from: 'm', limit: ALL })).toEqual(['m', 'q', 'x']);
    expect(await ids(reader, { order: 'id', from: 'm', reverse: true, limit: ALL })).toEqual(['m', 'c', 'a']);
  },

  'a cursor at a vanished element stands for the next one': async ({ view, reader }) => {
    const pen = await named(view);
    await pen.write(gone(policy('x')));
    expect(await ids(reader, { order: 'created', from: at(3, 'x'), limit: ALL })).toEqual(['a', 'q']);
    expect(await ids(reader, { order: 'created', from: at(3, 'x'), reverse: true, limit: ALL })).toEqual(['c', 'm']);
    expect(await ids(reader, { order: 'id', from: 'x', limit: ALL })).toEqual([]);
    expect(await ids(reader, { order: 'id', from: 'x', reverse: true, limit: ALL })).toEqual(['q', 'm', 'c', 'a']);
  },

  'a cursor beyond either end gives all or nothing': async ({ view, reader }) => {
    await named(view);
    expect(await ids(reader, { order: 'created', from: at(0, ''), limit: ALL })).toEqual(NAMES);
    expect(await ids(reader, { order: 'created', from: at(9, ''), limit: ALL })).toEqual([]);
    expect(await ids(reader, { order: 'created', from: at(0, ''), reverse: true, limit: ALL })).toEqual([]);
    expect(await ids(reader, { order: 'id', from: 'zz', limit: ALL })).toEqual([]);
    expect(await ids(reader, { order: 'id', from: '', reverse: true, limit: ALL })).toEqual([]);
  },

  'a limit is kept, and the next page starts where the last one ended': async ({ view, reader }) => {
    await named(view);
    for (const order of ['created', 'id'] as const) {
      const whole = await ids(reader, { order, limit: ALL });
      const pages: string[] = [];
      let page = (await reader.list('policy', { order, limit: 3 })).value;
      while (page.length > 0) {
        const [last] = page.slice(-1);
        pages.push(...page.slice(0, page.length === 3 ? 2 : 3).map(({ record }) => record.id));
        if (last === undefined || page.length < 3) break;
        const { createIndex, id } = last.record;
        page = (await reader.list('policy', order === 'id' ? { order, from: id, limit: 3 } : { order, from: { createIndex, id }, limit: 3 })).value;
      }
      expect(pages).toEqual(whole);
    }
  },

  'a list gives at most a thousand records': async ({ view, reader }) => {
    await named(view, Array.from({ length: 1001 }, (_, i) => `p${i}`));
    for (const order of ['created', 'id'] as const) {
      expect(await ids(reader, { order, limit: 5000 })).toHaveLength(1000);
    }
  },

  'a prefix selects ids that start with it, byte for byte': async ({ view, reader }) => {
    await named(view, ['app', 'app-1', 'app-10', 'ap', 'apq', 'App-2', 'b']);
    expect(await ids(reader, { order: 'id', prefix: 'app', limit: ALL })).toEqual(['app', 'app-1', 'app-10']);
    expect(await ids(reader, { order: 'id', prefix: 'app', reverse: true, limit: 2 })).toEqual(['app-10', 'app-1']);
    expect(await ids(reader, { order: 'id', prefix: '', limit: 2 })).toEqual(['App-2', 'ap']);
    expect(await ids(reader, { order: 'id', prefix: 'zz', limit: ALL })).toEqual([]);
  },

  'a prefix and a cursor hold together': async ({ view, reader }) => {
    await named(view, ['app-1', 'app-2', 'app-3', 'b', 'a']);
    expect(await ids(reader, { order: 'id', prefix: 'app', from: 'app-2', limit: ALL })).toEqual(['app-2', 'app-3']);
    expect(await ids(reader, { order: 'id', prefix: 'app', from: 'app-2', reverse: true, limit: ALL })).toEqual(['app-2', 'app-1']);
    expect(await ids(reader, { order: 'id', prefix: 'app', from: 'a', limit: ALL })).toEqual(['app-1', 'app-2', 'app-3']);
    expect(await ids(reader, { order: 'id', prefix: 'app', from: 'b', limit: ALL })).toEqual([]);
    expect(await ids(reader, { order: 'id', prefix: 'app', from: 'b', reverse: true, limit: ALL })).toEqual(['app-3', 'app-2', 'app-1']);
    expect(await ids(reader, { order: 'id', prefix: 'app', from: 'a', reverse: true, limit: ALL })).toEqual([]);
  },

  'a prefix is text, not a pattern': async ({ view, reader }) => {
    await named(view, ['a*', 'ab', '[a', '(a', '\\a', '+', '-']);
    for (const prefix of ['a*', '[a', '(a', '\\a', '+', '-']) {
      expect(await ids(reader, { order: 'id', prefix, limit: ALL })).toEqual([prefix]);
      expect((await ids(reader, { order: 'id', from: prefix, limit: 1 }))[0]).toBe(prefix);
    }
  },

  'ids are ordered by their UTF-8 bytes': async ({ view, reader }) => {
    const sorted = ['A', 'a', 'z', 'é', '\u{ffff}', '\u{1f600}', '\u{1f600}a'];
    await named(view, [...sorted].reverse());
    expect(await ids(reader, { order: 'id', limit: ALL })).toEqual(sorted);
    expect(await ids(reader, { order: 'id', from: '\u{ffff}', limit: 2 })).toEqual(['\u{ffff}', '\u{1f600}']);
    expect(await ids(reader, { order: 'id', prefix: '\u{1f600}', limit: ALL })).toEqual(['\u{1f600}', '\u{1f600}a']);
    expect(await ids(reader, { order: 'id', prefix: '\u{ffff}', reverse: true, limit: ALL })).toEqual(['\u{ffff}']);
  },

  'kinds do not mix': async ({ view, reader }) => {
    const pen = await named(view, ['p']);
    await pen.write(token(uuid(1), digest(1)), token('p', digest(2)));
    expect(await ids(reader, { order: 'id', limit: ALL }, 'policy')).toEqual(['p']);
    expect(await ids(reader, { order: 'created', limit: ALL }, 'token')).toEqual([uuid(1), 'p']);
    expect(await ids(reader, { order: 'created', limit: ALL }, 'role')).toEqual([]);
  },

  'records that come in any order of ids are all listed in order': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const scattered = Array.from({ length: 900 }, (_, i) => `p${String((i * 7919) % 900).padStart(3, '0')}`);
    for (let i = 0; i < scattered.length; i += 100) await pen.write(...scattered.slice(i, i + 100).map((id) => policy(id)));
    await pen.write(...scattered.slice(0, 300).map((id) => gone(policy(id))));
    const left = scattered.slice(300);
    expect(await ids(reader, { order: 'created', limit: 1000 })).toEqual(left);
    expect(await ids(reader, { order: 'id', limit: 1000 })).toEqual([...left].sort());
  },
} satisfies Behaviours;
