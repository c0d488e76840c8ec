import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CannotOpen, createSealer } from './sealing.ts';

const key = (): Uint8Array => randomBytes(32);
const SECRET = '3f4a0fcd-7c42-773c-25db-2d31ba0c05fe';

describe('sealing', () => {
  it('opens what it sealed, for the same context only', () => {
    const sealer = createSealer([key()], randomBytes);
    const sealed = sealer.seal(SECRET, 'token:a');
    expect(sealer.open(sealed, 'token:a')).toBe(SECRET);
    expect(() => sealer.open(sealed, 'token:b')).toThrow(CannotOpen);
  });

  it('shows nothing of the secret and differs each time', () => {
    const sealer = createSealer([key()], randomBytes);
    const [one, two] = [sealer.seal(SECRET, 'c'), sealer.seal(SECRET, 'c')];
    expect(Buffer.from(one).includes(SECRET.slice(0, 8))).toBe(false);
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
  });

  it('opens values of an older key after a rotation, and none of a key that is gone', () => {
    const [older, newer] = [key(), key()];
    const sealed = createSealer([older], randomBytes).seal(SECRET, 'c');
    expect(createSealer([newer, older], randomBytes).open(sealed, 'c')).toBe(SECRET);
    expect(() => createSealer([newer], randomBytes).open(sealed, 'c')).toThrow(CannotOpen);
  });

  it('refuses every single altered byte, truncation and emptiness', () => {
    const sealer = createSealer([key()], randomBytes);
    const sealed = Buffer.from(sealer.seal(SECRET, 'c'));
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => sealer.open(altered, 'c')).toThrow(CannotOpen);
      expect(() => sealer.open(sealed.subarray(0, at), 'c')).toThrow(CannotOpen);
    }
  });

  it('refuses keys of the wrong length', () => {
    expect(() => createSealer([randomBytes(16)], randomBytes)).toThrow(RangeError);
  });
});
