import { DIALECTS } from '@mintmark/domain';
import { expect, test } from 'vitest';
import { credentialOf, withoutCredential } from './credential.ts';

const UUID = '8176afd3-772d-0b71-8f85-7fa5d903e9d4';
const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const CLIENT = jwt({ type: 'API_CLIENT' });
const JOB = jwt({ sub: 'job::/a::b' });
const URI = 'https://api.example.com/a?b=c';
const get = (headers: Record<string, string>) => credentialOf({ method: 'GET', headers, uri: URI }, DIALECTS);

test.each([
  ['x-nomad-token', UUID, 'acl', UUID],
  ['authorization', `Bearer ${UUID}`, 'acl', UUID],
  ['authorization', `Bearer ${CLIENT}`, 'oauth', CLIENT],
  ['authorization', `bearer   ${JOB}`, 'workload', JOB],
  ['authorization', 'Token abc', 'personal', 'abc'],
  ['apprendasessiontoken', 'abc%3D%3D', 'session', 'abc%3D%3D'],
] as const)('%s: %s is of %s', (name, text, dialect, value) => {
  expect(get({ [name]: text })).toEqual({ dialect, value });
});

test('a personal token comes with the address that it was presented from, and no other credential does', () => {
  const from = (headers: Record<string, string>) => credentialOf({ method: 'GET', headers, uri: URI, source: '192.0.2.7' }, DIALECTS);
  expect(from({ authorization: 'Token abc' })).toEqual({ dialect: 'personal', value: 'abc', source: '192.0.2.7' });
  expect(from({ 'x-nomad-token': UUID })).toEqual({ dialect: 'acl', value: UUID });
});

test('nothing is read of other schemes, of a lone scheme, or of none', () => {
  for (const authorization of ['Basic abc', 'Bearer', 'Token', '']) expect(get({ authorization })).toBeUndefined();
  expect(get({})).toBeUndefined();
});

test('a session in the body counts in POST and PUT, whatever the case of its name; one that differs from the header is a conflict', () => {
  const body = { APPRENDAsessionTOKEN: 'a%3d', kept: 1 };
  for (const method of ['POST', 'PUT']) expect(credentialOf({ method, headers: {}, body, uri: URI }, ['session'])).toEqual({ dialect: 'session', value: 'a%3d' });
  expect(credentialOf({ method: 'GET', headers: {}, body, uri: URI }, ['session'])).toBeUndefined();
  expect(credentialOf({ method: 'POST', headers: { apprendasessiontoken: 'a=' }, body, uri: URI }, ['session'])).toEqual({ dialect: 'session', value: 'a=' });
  expect(credentialOf({ method: 'POST', headers: { apprendasessiontoken: 'b' }, body, uri: URI }, ['session'])).toBe('conflict');
  expect(withoutCredential(body)).toEqual({ kept: 1 });
});

test('a token that is bound to a key comes with its proof and the request that it is for; two proofs are none', () => {
  expect(get({ authorization: `DPoP ${CLIENT}`, dpop: 'proof' })).toEqual({ dialect: 'oauth', value: CLIENT, proof: { dpop: 'proof', method: 'GET', uri: URI } });
  expect(get({ authorization: `dpop ${CLIENT}` })).toEqual({ dialect: 'oauth', value: CLIENT, proof: { dpop: '', method: 'GET', uri: URI } });
});
