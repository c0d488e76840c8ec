import { describe, expect, it } from 'vitest';
import { TokenLimits } from './limits.ts';

const limits = () => new TokenLimits({ sourcePerSecond: 2, clientPerSecond: 1, failuresPerMinute: 1 });

describe('limits of those who ask for tokens (RFC 6585 section 4)', () => {
  it('tell how long to wait, and count every source by itself', async () => {
    const counted = limits();
    expect([await counted.asked('203.0.113.1'), await counted.asked('203.0.113.1')]).toEqual([undefined, undefined]);
    expect(await counted.asked('203.0.113.1')).toBeGreaterThan(0);
    expect(await counted.asked('203.0.113.2')).toBeUndefined();
  });

  it('take an IPv6 network of 64 bits for one source, and an IPv4 address in IPv6 for what it is', async () => {
    const counted = limits();
    expect(await counted.failed('2001:db8::1')).toBeUndefined();
    expect(await counted.failed('2001:db8::ffff:1')).toBeGreaterThan(0);
    expect(await counted.failed('2001:db8:0:1::1')).toBeUndefined();
    expect(await counted.failed('203.0.113.9')).toBeUndefined();
    expect(await counted.failed('::ffff:203.0.113.9')).toBeGreaterThan(0);
  });

  it('L1, L2 count apart what a source asks, what it fails at, and what a client is given', async () => {
    const counted = limits();
    expect(await counted.failed('203.0.113.1')).toBeUndefined();
    expect(await counted.failed('203.0.113.1')).toBeGreaterThan(0);
    expect([await counted.asked('203.0.113.1'), await counted.served('c1')]).toEqual([undefined, undefined]);
    expect(await counted.served('c1')).toBeGreaterThan(0);
    expect(await counted.served('c2')).toBeUndefined();
  });
});
