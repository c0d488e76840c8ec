import { type ApiClientBody, digestOf, type OrganizationBody, revision } from '@mintmark/domain';
import { describe, expect, it } from 'vitest';
import { isSecretOf } from './client-secret.ts';
import { Facts } from './facts.ts';

const ORGANIZATION: OrganizationBody = { name: 'Customer Inc', alias: 'customer', parent: '', notBefore: 0, createTime: '' };
const CLIENT: ApiClientBody = {
  name: 'Test@Client',
  organization: 'o1',
  description: '',
  defaultExpirationSeconds: 300,
  roles: [],
  secrets: [],
  enabled: true,
  notBefore: 0,
  jwks: '',
  dpop: false,
  temporaryJti: '',
  temporaryExpiresAt: 0,
  createTime: '',
};

function entry<K extends 'api_client' | 'organization'>(kind: K, id: string, body: K extends 'organization' ? OrganizationBody : ApiClientBody) {
  return { revision: revision(1), record: { kind, id, scope: 'global', deleted: false, createIndex: revision(1), writeId: '', body } } as never;
}

describe('a client_id', () => {
  const facts = new Facts();
  facts.put(entry('organization', 'o1', ORGANIZATION));
  facts.put(entry('organization', 'o2', { ...ORGANIZATION, alias: 'other', name: 'Twin' }));
  facts.put(entry('organization', 'o3', { ...ORGANIZATION, alias: 'third', name: 'Twin' }));
  facts.put(entry('api_client', 'c1', CLIENT));

  it.each(['Test@Client@customer', 'Test@Client@CUSTOMER', 'Test@Client@Customer Inc'])('%s divides at its last @ and names the account by alias or name', (text) =>
    expect(facts.clientCalled(text)?.record.id).toBe('c1'));

  it.each(['Test@Client', 'Test', '@customer', '', 'Test@Client@other', 'test@client@customer', 'Test@Client@Twin'])('%j is nobody', (text) =>
    expect(facts.clientCalled(text)).toBeUndefined());

  it('follows a client that is renamed, and ends with it', () => {
    facts.put(entry('api_client', 'c1', { ...CLIENT, name: 'Renamed' }));
    expect([facts.clientCalled('Test@Client@customer'), facts.clientCalled('Renamed@customer')?.record.id]).toEqual([undefined, 'c1']);
    facts.remove('api_client', 'c1');
    expect(facts.clientCalled('Renamed@customer')).toBeUndefined();
  });
});

it('every live secret of a client is accepted and no other', () => {
  const secrets = ['new', 'old'].map((text) => ({ digest: digestOf(text), createTime: '' }));
  expect([isSecretOf({ secrets }, 'new'), isSecretOf({ secrets }, 'old'), isSecretOf({ secrets }, 'other')]).toEqual([true, true, false]);
  expect([isSecretOf({ secrets: [] }, ''), isSecretOf(undefined, 'new')]).toEqual([false, false]);
});
