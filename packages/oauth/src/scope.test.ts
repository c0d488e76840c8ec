import { expect, it } from 'vitest';
import { rolesIn, scopeOf } from './scope.ts';

it('a role of any name reads back from its scope token', () => {
  const roles = ['Account Owner', 'a"b\\c', 'é', 'plain', 'a%20b'];
  expect(rolesIn(roles.map(scopeOf).join(' '))).toEqual(roles);
});

it.each(['', ' a', 'a ', 'a  b', 'a"b', 'é', '%zz', 'a\tb'])('%j is no scope', (scope) => expect(rolesIn(scope)).toBeUndefined());
