import { NO_REVISION, type Revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { refused, Tap } from './expecting.ts';
import { Pen, SOURCE } from './pen.ts';
import { digest, token, uuid } from './samples.ts';

/** Never filled, being folded, ready: when a view answers and when it refuses. */
export const emptiness = {
  'a view that was never filled refuses its watermark': async ({ reader }) => {
    await refused(reader.watermark(), 'not_ready');
  },

  'a view that was never filled refuses reads instead of finding nothing': async ({ reader }) => {
    await refused(reader.get('token', uuid(1)), 'not_ready');
    await refused(reader.find('token', 'secret', digest(1)), 'not_ready');
    await refused(reader.list('token', { order: 'created', limit: 10 }), 'not_ready');
  },

  'a view that was never filled refuses to be written, and has nothing': async ({ view }) => {
    const range = { epoch: 'e'.repeat(22), from: NO_REVISION, to: 1 as Revision };
    const onApply = await refused(view.apply([], range), 'gap');
    const onMark = await refused(view.mark({ epoch: range.epoch, ready: true }), 'gap');
    expect([onApply.have, onMark.have]).toEqual([undefined, undefined]);
  },

  'a view that was never filled has no feed': async ({ reader }) => {
    await using tap = new Tap(reader, 'e'.repeat(22), NO_REVISION);
    await tap.ends('reset');
  },

  'a reset view stands at revision 0, not ready, and names its source': async ({ view, reader }) => {
    const told = await view.reset({ source: SOURCE, floor: 5 as Revision });
    expect(told).toEqual({ epoch: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/), source: SOURCE, revision: 0, ready: false });
    expect(await reader.watermark()).toEqual(told);
  },

  'a view that is being folded tells how far it is and refuses reads': async ({ view, reader }) => {
    const pen = await Pen.folding(view);
    await pen.write(token(uuid(1), digest(1)));
    expect(await reader.watermark()).toMatchObject({ epoch: pen.epoch, revision: 1, ready: false });
    await refused(reader.get('token', uuid(1)), 'not_ready');
    await refused(reader.find('token', 'secret', digest(1)), 'not_ready');
    await refused(reader.list('token', { order: 'id', limit: 10 }), 'not_ready');
  },

  'a view that is being folded has no feed': async ({ view, reader }) => {
    const pen = await Pen.folding(view);
    await using tap = new Tap(reader, pen.epoch, NO_REVISION);
    await tap.ends('not_ready');
  },

  'a view marked ready shows what was folded before': async ({ view, reader }) => {
    const pen = await Pen.folding(view);
    await pen.write(token(uuid(1), digest(1)));
    await view.mark({ epoch: pen.epoch, ready: true });
    const read = await reader.get('token', uuid(1));
    expect(read.watermark).toEqual({ epoch: pen.epoch, source: SOURCE, revision: 1, ready: true });
    expect(read.value?.revision).toBe(1);
  },

  'a view marked not ready refuses reads until it is ready again': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await view.mark({ epoch: pen.epoch, ready: false });
    expect((await reader.watermark()).ready).toBe(false);
    await refused(reader.get('token', uuid(1)), 'not_ready');
    await view.mark({ epoch: pen.epoch, ready: true });
    expect((await reader.get('token', uuid(1))).value).toBeUndefined();
  },

  'a mark that says nothing about readiness leaves it': async ({ view, reader }) => {
    const pen = await Pen.folding(view);
    await view.mark({ epoch: pen.epoch });
    expect((await reader.watermark()).ready).toBe(false);
  },
} satisfies Behaviours;
