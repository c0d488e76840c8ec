import { type Revision, revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Contact } from '../view.ts';
import type { Behaviours } from './adapter.ts';
import { Tap } from './expecting.ts';
import { Pen } from './pen.ts';
import { policy } from './samples.ts';

const START = revision(0);

function contact(covered: number, more: Partial<Contact> = {}): Contact {
  return {
    region: 'us-east',
    incarnation: 'authority-incarnation1',
    covered: revision(covered),
    head: revision(covered + 5) as Revision,
    at: 1_767_323_045_000.25 + covered,
    ...more,
  };
}

/** Signs of life and contact with the authority. */
export const marking = {
  'a mark tells an idle reader how far the view is': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(policy('p'));
    await using tap = new Tap(reader, pen.epoch, revision(1));
    const told = tap.next();
    await view.mark({ epoch: pen.epoch });
    expect(await told).toEqual({ changes: [], through: 1 });
  },

  'marks go on while nothing changes, and changes follow them': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    for (let i = 0; i < 5; i++) {
      const told = tap.next();
      await view.mark({ epoch: pen.epoch });
      expect(await told).toEqual({ changes: [], through: 0 });
    }
    await pen.write(policy('p'));
    expect((await tap.until(({ through }) => through > 0)).changes).toHaveLength(1);
  },

  'readiness is announced': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    const first = tap.until(({ through }) => through === 1);
    await pen.write(policy('p'));
    await first;
    for (const ready of [false, true]) {
      const told = tap.next();
      await view.mark({ epoch: pen.epoch, ready });
      expect(await told).toEqual({ changes: [], through: 1 });
    }
  },

  'a view that never heard of an authority has no contact': async ({ view, reader }) => {
    await Pen.ready(view);
    expect(await reader.watermark()).not.toHaveProperty('contact');
  },

  'a contact stands in the watermark and goes out on the feed': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    const told = tap.until((batch) => batch.contact !== undefined);
    await view.mark({ epoch: pen.epoch, contact: contact(3) });
    expect((await reader.watermark()).contact).toEqual(contact(3));
    expect(await told).toEqual({ changes: [], through: 0, contact: contact(3) });
  },

  'a mark without contact leaves the contact': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await view.mark({ epoch: pen.epoch, contact: contact(3) });
    await view.mark({ epoch: pen.epoch });
    await pen.write(policy('p'));
    expect((await reader.get('policy', 'p')).watermark.contact).toEqual(contact(3));
  },

  'a reader that comes late hears of the newest contact': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    const told = tap.next();
    await pen.write(policy('p'));
    await told;
    await view.mark({ epoch: pen.epoch, contact: contact(3) });
    await view.mark({ epoch: pen.epoch, contact: contact(4) });
    await view.mark({ epoch: pen.epoch });
    expect((await tap.until((batch) => batch.contact?.covered === 4)).contact).toEqual(contact(4));
  },

  'what is covered never goes back within one incarnation': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await using tap = new Tap(reader, pen.epoch, START);
    const told = tap.until((batch) => batch.contact?.head === 20);
    await view.mark({ epoch: pen.epoch, contact: contact(9) });
    const late = contact(4, { head: revision(20), at: 1_767_323_099_000 });
    await view.mark({ epoch: pen.epoch, contact: late });
    const kept = { ...late, covered: 9 };
    expect((await reader.watermark()).contact).toEqual(kept);
    expect((await told).contact).toEqual(kept);
  },

  'another incarnation of the authority is covered as far as is told': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await view.mark({ epoch: pen.epoch, contact: contact(9) });
    const other = contact(2, { incarnation: 'authority-incarnation2', region: 'région ouest' });
    await view.mark({ epoch: pen.epoch, contact: other });
    expect((await reader.watermark()).contact).toEqual(other);
  },

  'a reset forgets the contact': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await view.mark({ epoch: pen.epoch, contact: contact(9) });
    await Pen.ready(view);
    expect(await reader.watermark()).not.toHaveProperty('contact');
  },

  'a contact told while the view is folded is kept': async ({ view, reader }) => {
    const pen = await Pen.folding(view);
    await view.mark({ epoch: pen.epoch, contact: contact(9) });
    expect((await reader.watermark()).contact).toEqual(contact(9));
  },
} satisfies Behaviours;
