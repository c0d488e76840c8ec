import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes, SlotOrder } from './order.ts';

describe('compareBytes', () => {
  it('orders texts as their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(fc.property(text, text, (a, b) => Math.sign(compareBytes(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });
});

describe('SlotOrder', () => {
  it('walks both ways from any place, present or not', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500)), fc.array(fc.nat(500)), fc.nat(500), (added, removed, from) => {
        const order = new SlotOrder((a, b) => a - b);
        for (const slot of added) order.add(slot);
        for (const slot of removed) order.remove(slot);
        const left = [...new Set(added)].filter((slot) => !removed.includes(slot)).sort((a, b) => a - b);
        expect([...order.upwards()]).toEqual(left);
        expect([...order.downwards()]).toEqual([...left].reverse());
        expect([...order.upwards(from)]).toEqual(left.filter((slot) => slot >= from));
        expect([...order.downwards(from)]).toEqual(left.filter((slot) => slot <= from).reverse());
      }),
    );
  });
});
