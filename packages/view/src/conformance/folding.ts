import { type Entry, type LiveRecord, type MintRecord, type Revision, revision } from '@mintmark/domain';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { View, ViewReader } from '../view.ts';
import type { Behaviours } from './adapter.ts';
import { Tap } from './expecting.ts';
import { Model } from './model.ts';
import { Pen } from './pen.ts';
import { digest, gone, policy, role, token, uuid } from './samples.ts';

const RUNS = 40;
const ALL = 1000;

interface Write {
  readonly kind: 'token' | 'role' | 'policy';
  readonly id: number;
  /** Few, so that records take each other's. */
  readonly key: number;
  readonly deletes: boolean;
  /** Revisions passed over before this one: superseded appends. */
  readonly skips: number;
  /** The record was deleted and written again, unseen. */
  readonly again: boolean;
}

const aWrite: fc.Arbitrary<Write> = fc.record({
  kind: fc.constantFrom('token', 'role', 'policy'),
  id: fc.nat(4),
  key: fc.nat(3),
  deletes: fc.boolean(),
  skips: fc.nat(2),
  again: fc.boolean(),
});

const aHistory = fc.array(fc.record({ writes: fc.array(aWrite, { maxLength: 8 }), beyond: fc.nat(2) }), { maxLength: 8 });

function recordOf({ kind, id, key }: Write): LiveRecord {
  if (kind === 'token') return token(uuid(id), digest(key), `name ${key}`);
  if (kind === 'role') return role(uuid(id), `name ${key}`);
  return policy(`p${id}`);
}

/** Numbers writes as a log does. */
function entriesOf(writes: readonly Write[], from: Revision, model: Model): Entry[] {
  let at: number = from;
  const created = new Map<string, Revision>();
  return writes.map((write) => {
    at += 1 + write.skips;
    const live = recordOf(write);
    const key = `${live.kind}/${live.id}`;
    const known = created.get(key) ?? model.get(live.kind, live.id)?.record.createIndex;
    const createIndex = known === undefined || write.again ? revision(at) : known;
    created.set(key, createIndex);
    return { revision: revision(at), record: { ...(write.deletes ? gone(live) : live), createIndex } as MintRecord };
  });
}

async function expectSame(reader: ViewReader, model: Model): Promise<void> {
  for (const kind of ['token', 'role', 'policy'] as const) {
    const created = await reader.list(kind, { order: 'created', limit: ALL });
    expect(created.value).toEqual(model.byCreation(kind));
    expect([created.tableIndex, created.watermark.revision]).toEqual([model.tableIndex(kind), model.revision]);
    expect((await reader.list(kind, { order: 'id', limit: ALL })).value).toEqual(model.byId(kind));
    for (let id = 0; id < 5; id++) {
      const name = kind === 'policy' ? `p${id}` : uuid(id);
      expect((await reader.get(kind, name)).value).toEqual(model.get(kind, name));
    }
  }
  for (let key = 0; key < 4; key++) {
    expect((await reader.find('token', 'secret', digest(key))).value).toEqual(model.find('token', 'secret', digest(key)));
    expect((await reader.find('role', 'name', `name ${key}`)).value).toEqual(model.find('role', 'name', `name ${key}`));
  }
}

type History = readonly { readonly writes: readonly Write[]; readonly beyond: number }[];

async function replay(view: View, pen: Pen, history: History, model: Model): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (const { writes, beyond } of history) {
    const entries = entriesOf(writes, pen.at, model);
    const to = revision((entries.at(-1)?.revision ?? pen.at) + beyond);
    await view.apply(entries, { epoch: pen.epoch, from: pen.at, to });
    pen.at = to;
    model.apply(entries, to);
    all.push(...entries);
  }
  return all;
}

/** Whatever is applied, a view is the fold of it, and its feed is the story of it. */
export const folding = {
  'after any sequence of applies the view equals the fold': async ({ view, reader }) => {
    let floor = 0;
    const check = fc.asyncProperty(aHistory, async (history) => {
      const pen = await Pen.ready(view);
      const model = new Model();
      pen.at = revision(0);
      // A table index outlives a reset: each history starts above the one before it.
      await pen.skip(floor);
      model.apply([], pen.at);
      await replay(view, pen, [{ writes: everyKindOnce, beyond: 0 }, ...history], model);
      floor = pen.at;
      await expectSame(reader, model);
    });
    await fc.assert(check, { numRuns: RUNS });
  },

  'after any sequence of applies the feed from any position tells the rest': async ({ view, reader }) => {
    const check = fc.asyncProperty(aHistory, fc.double({ min: 0, max: 1, noNaN: true }), async (history, share) => {
      const pen = await Pen.ready(view);
      const entries = await replay(view, pen, history, new Model());
      await pen.skip(pen.at + 1);
      const after = revision(Math.floor(share * (pen.at - 1)));
      await using tap = new Tap(reader, pen.epoch, after);
      const told = (await tap.through(pen.at)).flatMap(({ changes }) => changes);
      const due = entries.filter((entry) => entry.revision > after);
      expect(told).toEqual(due.map(({ revision: at, record: { kind, id, scope, deleted } }) => ({ revision: at, kind, id, scope, deleted })));
    });
    await fc.assert(check, { numRuns: RUNS });
  },
} satisfies Behaviours;

/** So that every table has an index of this history. */
const everyKindOnce: readonly Write[] = (['token', 'role', 'policy'] as const).map((kind) => ({
  kind,
  id: 0,
  key: 0,
  deletes: false,
  skips: 0,
  again: false,
}));
