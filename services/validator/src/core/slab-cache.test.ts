import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlabCache } from './slab-cache.ts';

const digest = (n: number): string => createHash('sha256').update(`digest ${n}`).digest('hex');
const uuid = (n: number): string => digest(n + 1e9).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
const value = (n: number, length = 200): Buffer => Buffer.alloc(length, `value ${n} `);
const entry = (n: number, length?: number) => ({ digest: digest(n), id: uuid(n), bytes: value(n, length), revision: n, expiresAt: Number.POSITIVE_INFINITY });

describe('slab cache', () => {
  it('gives back what was stored, and nothing for what was not', () => {
    const cache = new SlabCache(4 << 20);
    for (let n = 0; n < 5_000; n += 1) cache.set(entry(n));
    for (let n = 0; n < 5_000; n += 1) {
      const hit = cache.get(digest(n));
      expect(hit?.revision).toBe(n);
      expect(Buffer.from(hit?.bytes() ?? []).equals(value(n))).toBe(true);
    }
    expect(cache.get(digest(5_000))).toBeUndefined();
    expect(cache.size).toBe(5_000);
  });

  it('stays within its budget and keeps what is asked for', () => {
    const cache = new SlabCache(2 << 20);
    for (let n = 0; n < 100; n += 1) cache.set(entry(n));
    for (let n = 100; n < 50_000; n += 1) {
      cache.set(entry(n));
      if (n % 50 === 0) for (let hot = 0; hot < 100; hot += 1) cache.get(digest(hot));
    }
    expect(cache.size).toBeLessThan((2 << 20) / 200);
    for (let hot = 0; hot < 100; hot += 1) expect(cache.get(digest(hot))?.revision).toBe(hot);
    expect(cache.get(digest(200))).toBeUndefined();
  });

  it('forgets by id and by digest', () => {
    const cache = new SlabCache(2 << 20);
    cache.set(entry(1));
    cache.set(entry(2));
    cache.deleteById(uuid(1));
    cache.delete(digest(2));
    expect(cache.get(digest(1))).toBeUndefined();
    expect(cache.get(digest(2))).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it('drops the old digest when an id comes with a new one', () => {
    const cache = new SlabCache(2 << 20);
    cache.set(entry(1));
    cache.set({ ...entry(2), id: uuid(1) });
    expect(cache.get(digest(1))).toBeUndefined();
    expect(cache.get(digest(2))?.revision).toBe(2);
  });

  it('does not keep a value larger than a page', () => {
    const cache = new SlabCache(4 << 20);
    cache.set(entry(1, 2 << 20));
    expect(cache.get(digest(1))).toBeUndefined();
  });

  it('behaves like a map that may forget, whatever is done to it', () => {
    const step = fc.record({ op: fc.constantFrom('set', 'get', 'delete', 'deleteById', 'clear'), n: fc.nat(3_000), length: fc.integer({ min: 0, max: 20_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const cache = new SlabCache(2 << 20);
        const model = new Map<number, Buffer>();
        for (const { op, n, length } of steps) {
          if (op === 'clear') {
            if (n % 10 !== 0) continue;
            cache.clear();
            model.clear();
          } else if (op === 'set') {
            cache.set(entry(n, length));
            model.set(n, value(n, length));
          } else if (op === 'get') {
            const hit = cache.get(digest(n));
            if (hit !== undefined) expect(model.get(n)?.equals(hit.bytes())).toBe(true);
          } else {
            if (op === 'delete') cache.delete(digest(n));
            else cache.deleteById(uuid(n));
            model.delete(n);
            expect(cache.get(digest(n))).toBeUndefined();
          }
        }
        expect(cache.size).toBeLessThanOrEqual(model.size);
      }),
      { numRuns: 200 },
    );
  });
});
