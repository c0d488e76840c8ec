import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import { type Behaviours, FEED_LIMIT } from './adapter.ts';
import { refused, Tap } from './expecting.ts';
import { Pen } from './pen.ts';
import { policy } from './samples.ts';

const START = revision(0);

async function fill(pen: Pen, count: number): Promise<void> {
  for (let i = 0; i < count; i += 50) await pen.write(...Array.from({ length: 50 }, (_, n) => policy(`p${i + n}`)));
}

/** How a feed ends, and what it costs when its reader is slow. */
export const feedEnds = {
  'a feed of another epoch is refused': async ({ view, reader }) => {
    await Pen.ready(view);
    await using tap = new Tap(reader, 'f'.repeat(22), START);
    await tap.ends('reset');
  },

  'a feed from a position that the view has not reached is refused': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('p'));
    await using tap = new Tap(reader, pen.epoch, revision(2));
    await tap.ends('reset');
  },

  'a reset ends running feeds at once, idle ones too': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using busy = new Tap(reader, pen.epoch, START);
    await using idle = new Tap(reader, pen.epoch, START);
    const told = busy.next();
    const both = [idle.ends('reset')];
    await pen.write(policy('p'));
    await told;
    both.push(busy.ends('reset'));
    await Pen.folding(view);
    await Promise.all(both);
  },

  'a position that is trimmed away is refused, and every later one is not': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await fill(pen, FEED_LIMIT + 100);
    await using old = new Tap(reader, pen.epoch, revision(99));
    await old.ends('reset');
    await using kept = new Tap(reader, pen.epoch, revision(100));
    const batches = await kept.through(pen.at);
    expect(batches.flatMap(({ changes }) => changes)).toHaveLength(FEED_LIMIT);
  },

  'a slow reader holds nothing back, and is told once the feed has left it behind': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using slow = new Tap(reader, pen.epoch, START);
    const first = slow.next();
    await pen.write(policy('first'));
    await first;
    await fill(pen, FEED_LIMIT * 3);
    expect((await reader.watermark()).revision).toBe(pen.at);
    await slow.ends('reset');
  },

  'a reader that pauses for less than the feed keeps goes on where it was': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using slow = new Tap(reader, pen.epoch, START);
    const first = slow.next();
    await pen.write(policy('first'));
    await first;
    await fill(pen, FEED_LIMIT - 50);
    const batches = await slow.through(pen.at);
    expect(batches.flatMap(({ changes }) => changes)).toHaveLength(FEED_LIMIT - 50);
  },

  'marks do not push changes out of the feed': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('p'), policy('q'));
    for (let i = 0; i < FEED_LIMIT + 10; i++) await view.mark({ epoch: pen.epoch });
    await using tap = new Tap(reader, pen.epoch, revision(1));
    const batches = await tap.through(revision(2));
    expect(batches.flatMap(({ changes }) => changes)).toHaveLength(1);
  },

  'an abort ends a feed without an error, idle or busy': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const taps = [new Tap(reader, pen.epoch, START), new Tap(reader, pen.epoch, START)];
    const [idle, busy] = taps as [Tap, Tap];
    const waiting = idle.over();
    const told = busy.next();
    await pen.write(policy('p'));
    await told;
    for (const tap of taps) tap.abort();
    expect([await waiting, await busy.over()]).toEqual([true, true]);
  },

  'a feed under an aborted signal gives nothing': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('p'));
    const tap = new Tap(reader, pen.epoch, START);
    tap.abort();
    expect(await tap.over()).toBe(true);
  },

  'closing a reader ends its feeds': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    const told = tap.next();
    await pen.write(policy('p'));
    await told;
    const end = tap.ends('closed');
    await reader.close();
    await end;
  },

  'a closed reader refuses everything': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await reader.close();
    await reader.close();
    await refused(reader.watermark(), 'closed');
    await refused(reader.get('policy', 'p'), 'closed');
    await refused(reader.find('role', 'name', 'r'), 'closed');
    await refused(reader.list('policy', { order: 'id', limit: 1 }), 'closed');
    await using tap = new Tap(reader, pen.epoch, START);
    await tap.ends('closed');
  },

  'a closed view refuses to be written': async ({ view }) => {
    const pen = await Pen.ready(view);
    await view.close();
    await refused(pen.write(policy('p')), 'closed');
    await refused(view.mark({ epoch: pen.epoch }), 'closed');
    await refused(Pen.folding(view), 'closed');
  },
} satisfies Behaviours;
