import { expect, test } from 'vitest';
import { isWithin } from './networks.ts';

test.each([
  [[], 'whatever', true],
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['10.0.0.0/8'], '::ffff:10.0.0.1', true],
  [['2001:db8::/32'], '2001:db8:1::1', true],
  [['2001:db8::/32'], '10.0.0.1', false],
  [['192.0.2.1/32', '10.0.0.0/8'], '10.0.0.1', true],
  [['10.0.0.0/8'], '', false],
  [['0.0.0.0/0'], 'nonsense', false],
])('within %j, %j: %s', (networks, address, expected) => expect(isWithin(networks, address)).toBe(expected));
