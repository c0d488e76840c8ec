import { type Entry, type Revision, revision } from '@mintmark/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { end, id, token } from '../../region.fixture.ts';
import { fingerprintOf, markOf } from './fingerprint.ts';
import { Ledger } from './ledger.ts';
import { RANGES, rangeOf, Table } from './table.ts';

const print = (mark: bigint, at = 1) => ({ mark, said: mark, exact: 1, revision: at as Revision });

describe('the table of fingerprints', () => {
  test('is a map, whatever is put in and taken out, and knows what is in each range', () => {
    // Few places for many marks, also around the end, so that slots are contended.
    const mark = fc.tuple(fc.constantFrom(0n, 1n, 0x7fffn, 0xfffen, 0xffffn), fc.bigInt(0n, 40n)).map(([range, rest]) => (range << 48n) | rest);
    const steps = fc.array(fc.record({ mark, gone: fc.boolean() }), { maxLength: 400 });
    fc.assert(
      fc.property(steps, (all) => {
        const table = new Table();
        const model = new Map<bigint, number>();
        for (const [n, step] of all.entries()) {
          const before = step.gone ? table.remove(step.mark) : table.put(print(step.mark, n + 1));
          expect(before?.revision).toBe(model.get(step.mark));
          if (step.gone) model.delete(step.mark);
          else model.set(step.mark, n + 1);
        }
        expect(table.size).toBe(model.size);
        for (const [known, at] of model) expect(table.find(known)?.revision).toBe(at);
        for (const range of [0, 1, 0x7fff, 0xfffe, 0xffff]) {
          const wanted = [...model.keys()].filter((known) => rangeOf(known) === range);
          expect(new Set(table.range(range).map((found) => found.mark))).toEqual(new Set(wanted));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('grows, and finds everything afterwards', () => {
    const table = new Table();
    const marks = Array.from({ length: 20_000 }, (_, n) => markOf('token', id(n)));
    for (const mark of marks) table.put(print(mark));
    expect(marks.every((mark) => table.find(mark) !== undefined)).toBe(true);
    let inRanges = 0;
    for (let range = 0; range < RANGES; range += 1) inRanges += table.range(range).length;
    expect(inRanges).toBe(20_000);
  });
});

describe('the ledger of a log', () => {
  const batch = (entries: readonly Entry[]) => ({ entries, setAside: [], through: entries.at(-1)?.revision ?? revision(0) });
  const entry = (at: number, record = token(id(at), `t${at}`)): Entry => ({ revision: revision(at), record });

  test('has the digests of its global records, in whatever way it came to them', () => {
    const [first, second, third] = [entry(1), entry(2), entry(3)];
    const straight = new Ledger();
    straight.fold(batch([first, third]));
    const detour = new Ledger();
    detour.fold(batch([first, second]));
    detour.fold(batch([third, entry(4, token(id(9), 'local', 'local')), entry(5, end(second))]));
    expect(detour.tops).toEqual(straight.tops);
    expect(detour.globals).toBe(2);
    expect(detour.table.size).toBe(3);
  });

  test('says the same of a copy as of its origin, whatever its indexes are, and another thing of another body or state', () => {
    const origin = entry(7);
    const copy = { ...origin.record, createIndex: revision(90), writeId: 'other', origin: { region: 'us', incarnation: 'i', revision: origin.revision } } as Entry['record'];
    const { said, exact } = fingerprintOf(origin);
    expect(fingerprintOf({ revision: revision(99), record: copy })).toMatchObject({ said });
    expect(fingerprintOf({ revision: revision(99), record: copy }).exact).not.toBe(exact);
    expect(fingerprintOf({ ...origin, revision: revision(8) }).said).not.toBe(said);
    expect(fingerprintOf(entry(7, token(id(7), 'another name'))).said).not.toBe(said);
  });

  test('ends what a record that cannot be read has replaced', () => {
    const ledger = new Ledger();
    ledger.fold(batch([entry(1)]));
    ledger.fold({ entries: [], setAside: [{ revision: revision(2), key: `g.token.${id(1)}`, problem: 'garbled' }], through: revision(2) });
    expect(ledger.table.size).toBe(0);
    expect([...ledger.tops].every((digest) => digest === 0n)).toBe(true);
  });
});
