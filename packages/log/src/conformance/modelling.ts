import { type Entry, keyText, type MintRecord, NO_REVISION, type Revision, revision } from '@mintmark/domain';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Expect, type Log, LogError } from '../log.ts';
import type { Behaviours, LogUnderTest } from './adapter.ts';
import { Reader } from './reader.ts';
import { again, aToken, gone } from './records.ts';

const IDS = ['a', 'b.b', 'c', 'd d'];
const TOKENS = IDS.map((id, i) => aToken({ id, scope: i % 2 === 0 ? 'global' : 'local' }));

/** What a log is, said as simply as possible: the newest entry of each key, the head and the mark. */
class Model {
  readonly newest = new Map<string, Entry>();
  head: Revision;
  compacted = NO_REVISION;

  constructor(base: Revision) {
    this.head = base;
  }

  at(record: MintRecord): Revision {
    return this.newest.get(keyText(record))?.revision ?? NO_REVISION;
  }

  holds(record: MintRecord, expected: Expect): boolean {
    return 'key' in expected ? this.at(record) === expected.key : this.head === expected.head;
  }

  append(record: MintRecord, at: Revision): void {
    this.newest.set(keyText(record), { revision: at, record: record.createIndex === 0 ? { ...record, createIndex: at } : record });
    this.head = at;
  }

  compact(before: Revision): number {
    this.compacted = revision(Math.max(this.compacted, Math.min(before, this.head)));
    const due = [...this.newest].filter(([, entry]) => entry.record.deleted && entry.revision <= this.compacted);
    for (const [key] of due) this.newest.delete(key);
    return due.length;
  }

  after(position: Revision): Entry[] {
    return [...this.newest.values()].filter((entry) => entry.revision > position).sort((a, b) => a.revision - b.revision);
  }
}

interface Run {
  readonly under: LogUnderTest;
  readonly model: Model;
  log: Log;
}

const which = fc.nat({ max: TOKENS.length - 1 });
/** How far the expectation is off; mostly right. */
const slip = fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, { arbitrary: fc.integer({ min: -3, max: 3 }), weight: 1 });
const back = fc.nat({ max: 12 });

class Append implements fc.AsyncCommand<Model, Run> {
  readonly i: number;
  readonly deleted: boolean;
  readonly on: 'key' | 'head';
  readonly slip: number;

  constructor(i: number, deleted: boolean, on: 'key' | 'head', slip: number) {
    this.i = i;
    this.deleted = deleted;
    this.on = on;
    this.slip = slip;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, { log }: Run): Promise<void> {
    const token = again(TOKENS[this.i] ?? aToken());
    const record = this.deleted ? gone(token) : token;
    const position = revision(Math.max(0, (this.on === 'key' ? model.at(record) : model.head) + this.slip));
    const expected = this.on === 'key' ? { key: position } : { head: position };
    const outcome = await log.append(record, expected).catch((error: unknown) => error);
    if (model.holds(record, expected)) {
      expect(outcome, this.toString()).toBeGreaterThan(model.head);
      model.append(record, outcome as Revision);
    } else {
      expect(outcome, this.toString()).toBeInstanceOf(LogError);
      expect(outcome).toMatchObject({ code: 'conflict', revision: this.on === 'key' ? model.at(record) : model.head });
    }
  }

  toString(): string {
    return `append(${this.deleted ? 'tombstone' : 'token'} ${IDS[this.i]}, ${this.on} ${this.slip >= 0 ? '+' : ''}${this.slip})`;
  }
}

class Compact implements fc.AsyncCommand<Model, Run> {
  readonly back: number;

  constructor(back: number) {
    this.back = back;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, run: Run): Promise<void> {
    const before = revision(Math.max(0, model.head - this.back));
    expect(await run.log.compact(before)).toBe(model.compact(before));
    const head = await run.log.head();
    expect(head.compacted).toBe(model.compacted);
    expect(head.revision, 'compaction does not move the head back').toBeGreaterThanOrEqual(model.head);
    model.head = head.revision;
  }

  toString(): string {
    return `compact(head - ${this.back})`;
  }
}

class Tail implements fc.AsyncCommand<Model, Run> {
  readonly back: number;

  constructor(back: number) {
    this.back = back;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, { log }: Run): Promise<void> {
    const after = revision(Math.max(0, model.head - this.back));
    await using reader = new Reader(log, { after });
    const mark = reader.next().then(
      () => reader.until(model.head),
      (error) => error.code,
    );
    expect(await mark).toEqual(after > 0 && after < model.compacted ? 'compacted' : model.after(after));
  }

  toString(): string {
    return `tail(head - ${this.back})`;
  }
}

class Look implements fc.AsyncCommand<Model, Run> {
  check(): boolean {
    return true;
  }

  async run(model: Model, { log }: Run): Promise<void> {
    for (const token of TOKENS) expect(await log.get(token)).toEqual(model.newest.get(keyText(token)));
    expect(await log.head()).toMatchObject({ revision: model.head, compacted: model.compacted });
  }

  toString(): string {
    return 'look';
  }
}

class Reopen implements fc.AsyncCommand<Model, Run> {
  check(): boolean {
    return true;
  }

  async run(_: Model, run: Run): Promise<void> {
    run.log = await run.under.reopen();
  }

  toString(): string {
    return 'reopen';
  }
}

const append = fc.tuple(which, fc.boolean(), fc.constantFrom<'key' | 'head'>('key', 'key', 'head'), slip).map((args) => new Append(...args));
const commands = fc.commands(
  [append, append, append, back.map((n) => new Compact(n)), back.map((n) => new Tail(n)), fc.constant(new Look()), fc.constant(new Reopen())],
  { maxCommands: 60 },
);

export const modelling = {
  'any sequence of calls does what a map with a counter does': async ({ another }) => {
    await fc.assert(
      fc.asyncProperty(commands, fc.constantFrom(0, 0, 1_000), async (sequence, base) => {
        const under = await another({ base: revision(base) });
        const { revision: head } = await under.log.head();
        const model = new Model(head);
        await fc.asyncModelRun(() => ({ model, real: { under, model, log: under.log } }), sequence);
      }),
      { numRuns: 25, endOnFailure: false },
    );
  },
} satisfies Behaviours;
