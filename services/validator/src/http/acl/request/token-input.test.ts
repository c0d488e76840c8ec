import { describe, expect, test } from 'vitest';
import { tokenInputOf } from './token-input.ts';

const read = (value: unknown) => tokenInputOf(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
const problem = (value: unknown): string => {
  try {
    read(value);
  } catch (error) {
    expect(error).toMatchObject({ name: 'Refusal', code: 'invalid_argument' });
    return (error as Error).message;
  }
  throw new Error('accepted');
};
const NOTHING = {
  accessorId: '',
  secretId: '',
  name: '',
  type: '',
  policies: [],
  policiesPresent: false,
  roles: [],
  global: undefined,
  expirationTime: '',
  expirationTtl: undefined,
  createTime: '',
};

describe('the token a body asks for', () => {
  test("the manual's update sample is read, trailing comma and all", () => {
    const body =
      '{\n    "AccessorID": "aa534e09-6a07-0a45-2295-a7f77063d429",\n    "Name": "Read-write token",\n    "Type": "client",\n    "Policies": ["readwrite"],\n}';
    expect(read(body)).toEqual({
      ...NOTHING,
      accessorId: 'aa534e09-6a07-0a45-2295-a7f77063d429',
      name: 'Read-write token',
      type: 'client',
      policies: ['readwrite'],
      policiesPresent: true,
    });
  });

  test('names match in any case, the last one counts', () => {
    expect(read('{"NAME":"a","type":"client","pOLICIES":["p"],"name":"b"}')).toMatchObject({ name: 'b', type: 'client', policies: ['p'] });
  });

  test('null and unknown members are as good as absent', () => {
    expect(
      read(
        '{"Name":null,"Policies":null,"Roles":null,"Global":null,"ExpirationTTL":null,"ExpirationTime":null,"Nope":{"x":[1]},"__proto__":{"Type":"management"}}',
      ),
    ).toEqual(NOTHING);
    expect(read('null')).toEqual(NOTHING);
  });

  test('what a read shows can be written back', () => {
    const shown = {
      Hash: 'bY25',
      CreateIndex: 7,
      ModifyIndex: 9,
      CreateTime: '2017-08-23T23:25:41.429154233Z',
      ExpirationTTL: '10h0m0s',
      SecretID: 'x',
      Roles: [{ ID: 'r', Name: 'n' }],
    };
    expect(read(shown)).toMatchObject({ expirationTtl: 36_000_000_000_000, secretId: 'x', roles: [{ id: 'r', name: 'n' }], createTime: shown.CreateTime });
  });

  test('an empty list of policies is a list', () => {
    expect(read({ Policies: [] })).toMatchObject({ policies: [], policiesPresent: true });
  });

  test.each([
    ['10h', 36_000_000_000_000],
    ['1h30m', 5_400_000_000_000],
    ['-1h', -3_600_000_000_000],
    ['0', 0],
    ['', undefined],
    [1_000_000_000, 1_000_000_000],
    [0, 0],
  ])('ExpirationTTL %j is %j ns', (given, expected) => {
    expect(read({ ExpirationTTL: given }).expirationTtl).toBe(expected);
  });

  test('lone surrogates become U+FFFD', () => {
    expect(read('{"Name":"a\\ud800b"}').name).toBe('a\uFFFDb');
  });

  test.each([
    [{ Name: 1 }, 'Name must be a string'],
    [{ Type: true }, 'Type must be a string'],
    [{ Policies: 'p' }, 'Policies must be an array of strings'],
    [{ Policies: ['a', 1] }, 'Policies[1] must be a string'],
    [{ Policies: [null] }, 'Policies[0] must be a string'],
    [{ Policies: {} }, 'Policies must be an array of strings'],
    [{ Roles: ['r'] }, 'Roles[0] must be a JSON object'],
    [{ Roles: [null] }, 'Roles[0] must be a JSON object'],
    [{ Roles: [{ ID: 1 }] }, 'Roles[0].ID must be a string'],
    [{ Global: 'true' }, 'Global must be true or false'],
    [{ Global: 1 }, 'Global must be true or false'],
    [{ ExpirationTTL: 'soon' }, 'time: invalid duration "soon": ExpirationTTL must be a duration such as 10h or 1h30m'],
    [{ ExpirationTTL: '10' }, 'time: missing unit in duration "10": ExpirationTTL must be a duration such as 10h or 1h30m'],
    [{ ExpirationTTL: 1.5 }, 'ExpirationTTL must be a duration such as "10h" or "1h30m", or a whole number of nanoseconds'],
    [{ ExpirationTTL: [] }, 'ExpirationTTL must be a duration such as "10h" or "1h30m", or a whole number of nanoseconds'],
    [{ ExpirationTTL: '9000h' }, 'ExpirationTTL must be at most 2501h'],
    [{ ExpirationTime: 'tomorrow' }, 'ExpirationTime must be an RFC 3339 time such as 2030-01-02T15:04:05Z'],
    [{ ExpirationTime: '' }, 'ExpirationTime must be an RFC 3339 time such as 2030-01-02T15:04:05Z'],
    [{ ExpirationTime: '2030-02-30T00:00:00Z' }, 'ExpirationTime must be an RFC 3339 time such as 2030-01-02T15:04:05Z'],
    [{ CreateIndex: '7' }, 'CreateIndex must be a whole number, 0 or greater'],
    [{ Hash: 1 }, 'Hash must be a string'],
    [[], 'request body must be a JSON object'],
    ['7', 'request body must be a JSON object'],
    ['"x"', 'request body must be a JSON object'],
  ])('%j is refused: %s', (value, expected) => {
    expect(problem(value)).toBe(expected);
  });
});
