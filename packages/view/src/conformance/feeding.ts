import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Change, ChangeBatch } from '../view.ts';
import { type Behaviours, FEED_LIMIT } from './adapter.ts';
import { Tap } from './expecting.ts';
import { Pen } from './pen.ts';
import { digest, gone, policy, role, token, uuid } from './samples.ts';

const START = revision(0);

function changed(batches: readonly ChangeBatch[]): readonly Change[] {
  return batches.flatMap(({ changes }) => changes);
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

async function revisions(tap: Tap, through: number): Promise<readonly number[]> {
  return changed(await tap.through(revision(through))).map((change) => change.revision);
}

/** The feed: every change after a position, in order, none missed, none repeated. */
export const feeding = {
  'a change is announced with its kind, id, revision and whether it is a deletion': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    await pen.write(token(uuid(1), digest(1)), role(uuid(2), 'r'));
    await pen.write(gone(token(uuid(1), digest(1))));
    expect(changed(await tap.through(revision(3)))).toEqual([
      { revision: 1, kind: 'token', id: uuid(1), scope: 'global', deleted: false },
      { revision: 2, kind: 'role', id: uuid(2), scope: 'global', deleted: false },
      { revision: 3, kind: 'token', id: uuid(1), scope: 'global', deleted: true },
    ]);
  },

  'a feed can start at any position': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(...numbers(1, 10).map((n) => policy(`p${n}`)));
    for (const after of numbers(0, 9)) {
      await using tap = new Tap(reader, pen.epoch, revision(after));
      expect(await revisions(tap, 10)).toEqual(numbers(after + 1, 10));
    }
  },

  'a feed that starts at the head gives only what comes later': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('p'), policy('q'));
    await using tap = new Tap(reader, pen.epoch, revision(2));
    await pen.write(policy('r'));
    expect(await revisions(tap, 3)).toEqual([3]);
  },

  'a reader that resumes where it stopped misses and repeats nothing': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const seen: number[] = [];
    for (const round of numbers(1, 8)) {
      await using tap = new Tap(reader, pen.epoch, revision(seen.at(-1) ?? 0));
      await pen.write(...numbers(1, round).map((n) => policy(`p${n}`)));
      seen.push(...(await revisions(tap, pen.at)));
      await pen.write(policy('while nobody listens'));
    }
    await using tap = new Tap(reader, pen.epoch, revision(seen.at(-1) ?? 0));
    seen.push(...(await revisions(tap, pen.at)));
    expect(seen).toEqual(numbers(1, pen.at));
  },

  'what is folded between a read of the watermark and the start of the feed is not lost': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('p'));
    const { epoch, revision: after } = await reader.watermark();
    await pen.write(policy('q'), policy('r'));
    await using tap = new Tap(reader, epoch, after);
    expect(await revisions(tap, 3)).toEqual([2, 3]);
  },

  'a reader of the feed can read what was announced': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    const told = tap.next();
    await pen.write(policy('p'));
    const { through } = await told;
    const read = await reader.get('policy', 'p');
    expect(read.value?.revision).toBe(1);
    expect(read.watermark.revision).toBeGreaterThanOrEqual(through);
  },

  'a step above its last entry moves the feed through to its end': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    await pen.apply([{ revision: revision(3), record: policy('p') }], revision(8));
    expect(await revisions(tap, 8)).toEqual([3]);
  },

  'an empty step moves the feed through without a change': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    await pen.skip(8);
    expect(await tap.until(({ through }) => through > 0)).toEqual({ changes: [], through: 8 });
  },

  'every reader gets everything': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using one = new Tap(reader, pen.epoch, START);
    await using two = new Tap(reader, pen.epoch, START);
    await using three = new Tap(view, pen.epoch, START);
    const all = Promise.all([one, two, three].map((tap) => revisions(tap, 60)));
    for (const n of numbers(1, 30)) await pen.write(policy(`p${n}`), policy(`q${n}`));
    expect(await all).toEqual([numbers(1, 60), numbers(1, 60), numbers(1, 60)]);
  },

  'a batch holds at most 1,024 changes and strictly increasing revisions': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    const all = tap.through(revision(FEED_LIMIT - 1));
    await pen.write(...numbers(1, FEED_LIMIT - 1).map((n) => policy(`p${n}`)));
    for (const { changes, through } of await all) {
      expect(changes.length).toBeLessThanOrEqual(1024);
      expect(changes.every((change, i) => i === 0 || change.revision > (changes[i - 1]?.revision ?? 0))).toBe(true);
      expect(through).toBeGreaterThanOrEqual(changes.at(-1)?.revision ?? 0);
    }
  },

  'what was folded before the view was first ready is not announced again': async ({ view, reader }) => {
    const pen = await Pen.folding(view);
    await pen.write(policy('p'), policy('q'));
    await view.mark({ epoch: pen.epoch, ready: true });
    await using tap = new Tap(reader, pen.epoch, revision(2));
    await pen.write(policy('r'));
    expect(await revisions(tap, 3)).toEqual([3]);
    await using early = new Tap(reader, pen.epoch, revision(1));
    await early.ends('reset');
  },

  'changes made while the view is not ready again are announced': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    const first = revisions(tap, 1);
    await pen.write(policy('p'));
    await first;
    await view.mark({ epoch: pen.epoch, ready: false });
    await pen.write(policy('q'));
    expect(await revisions(tap, 2)).toEqual([2]);
  },
} satisfies Behaviours;
