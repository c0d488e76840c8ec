import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slab } from './slab.ts';

const MIB = 1 << 20;

function filled(length: number, value: number): Buffer {
  return Buffer.alloc(length, value);
}

describe('Slab', () => {
  it('gives back what was written last, after any sequence of writes and frees', () => {
    const step = fc.record({ slot: fc.integer({ min: 1, max: 12 }), length: fc.oneof(fc.nat(2000), fc.integer({ min: MIB / 4, max: MIB * 1.5 })), value: fc.nat(255), frees: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const slab = new Slab();
        const model = new Map<number, Buffer>();
        for (const { slot, length, value, frees } of steps) {
          if (frees) {
            slab.free(slot);
            model.delete(slot);
          } else {
            slab.write(slot, filled(length, value));
            model.set(slot, filled(length, value));
          }
        }
        for (const [slot, bytes] of model) expect(Buffer.compare(slab.read(slot), bytes)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('holds little more than twice the live bytes however often they are replaced', () => {
    const slab = new Slab();
    const slots = 10_000;
    for (let i = 0; i < slots * 40; i++) slab.write(1 + ((i * 7919) % slots), filled(300, i % 256));
    expect(slab.heldBytes).toBeLessThan(slots * 308 * 2 + 2 * MIB);
  });

  it('leaves bytes that were read as they were', () => {
    const slab = new Slab();
    slab.write(1, filled(100, 7));
    const read = slab.read(1);
    for (let i = 0; i < 20_000; i++) slab.write(1, filled(100, 9));
    expect(Buffer.compare(read, filled(100, 7))).toBe(0);
  });
});
