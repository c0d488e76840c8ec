import type { Row } from './row.ts';

const READONLY = { Type: 'client', Policies: ['readonly'] };
const FRESH = '{uuid}';

const invalid = (message: string): string => `token 0 invalid: 1 error occurred:\n\t* ${message}\n\n`;

/** Rows 2 and 4 to 17: bootstrap again, and reads. Rows 1 and 3 need a cluster in which nothing was written: NO-02 and NO-04. */
export const READS: readonly Row[] = [
  { id: '2', claim: 'bootstrap again', steps: [{ ask: 'PUT bootstrap', by: ['none', 'bogus'], status: 400, text: /^ACL bootstrap already done \(reset index: \d+\)$/ }] },
  { id: '4', claim: 'list without a management token', steps: [{ ask: 'GET tokens', by: ['none', 'client', 'bogus', 'expired', 'garbage'], status: 403, text: 'Permission denied' }] },
  {
    id: '5',
    claim: 'a bad per_page is refused before the credential is looked at',
    steps: [{ ask: 'GET tokens?per_page=x', by: ['manager', 'none', 'bogus'], status: 400, text: 'Expect a number for `per_page` query string parameter' }],
  },
  {
    id: '6',
    claim: 'a bad index, wait or stale is refused before the credential is looked at',
    steps: [
      { ask: 'GET tokens?index=x', by: ['manager', 'none', 'bogus'], status: 400, text: 'Invalid index' },
      { ask: 'GET tokens?index=-1', by: ['manager', 'none'], status: 400, text: 'Invalid index' },
      { ask: 'GET tokens?wait=x', by: ['manager', 'none', 'bogus'], status: 400, text: 'Invalid wait time' },
      { ask: 'GET tokens?wait=10', by: ['manager', 'none'], status: 400, text: 'Invalid wait time' },
      { ask: 'GET tokens?stale=x', by: ['manager', 'none', 'bogus'], status: 400, text: 'Expect `true` or `false` for `stale` query string parameter' },
    ],
  },
  { id: '7', claim: 'a filter that cannot be read', steps: [{ ask: 'GET tokens?filter=NotValid', by: 'manager', status: 400, text: /^failed to create result paginator: failed to read filter expression:/ }] },
  { id: '8', claim: 'a filter on an unknown field', steps: [{ ask: 'GET tokens?filter=Nope%3D%3D%22a%22', by: 'manager', status: 400, text: /^failed to read result page: error finding value in datum/ }] },
  {
    id: '9',
    claim: 'a prefix of odd length, not hexadecimal, with too many hyphens, too long',
    decided: 'a bad prefix is 400 with Nomad\'s text',
    steps: [
      { ask: 'GET tokens?prefix=abc', by: 'manager', status: 400, text: /Input \(without hyphens\) must be even length$/ },
      { ask: 'GET tokens?prefix=zz', by: 'manager', status: 400, text: /Invalid UUID: / },
      { ask: 'GET tokens?prefix=aa-aa-aa-aa-aa-aa', by: 'manager', status: 400, text: /UUID should have maximum of 4 "-"; got 5/ },
      { ask: `GET tokens?prefix=${'ab'.repeat(19)}`, by: 'manager', status: 400, text: /Invalid UUID length\. UUID have 36 characters; got 38/ },
    ],
  },
  { id: '10', claim: 'read of an unknown accessor', steps: [{ ask: `GET token/${FRESH}`, by: 'manager', status: 404, text: 'ACL token not found' }] },
  { id: '11', claim: 'read of an unknown accessor by a client tells nothing', steps: [{ ask: `GET token/${FRESH}`, by: ['client', 'none', 'bogus'], status: 403, text: 'Permission denied' }] },
  { id: '12', claim: 'read of one\'s own accessor', steps: [{ ask: 'GET token/{client}', by: 'client', status: 200, text: /"SecretID":"[0-9a-f-]{36}"/ }] },
  { id: '13', claim: 'read of another accessor', steps: [{ ask: 'GET token/{other}', by: 'client', status: 403, text: 'Permission denied' }] },
  {
    id: '14',
    claim: 'read of an accessor that is no UUID',
    decided: 'a non-UUID accessor is 400 with Nomad\'s text',
    steps: [{ ask: 'GET token/not-a-uuid', by: 'manager', status: 400, text: 'acl token lookup failed: index error: UUID must be 36 characters' }],
  },
  { id: '15', claim: 'self without a credential', decided: '403 where no policy is named anonymous', steps: [{ ask: 'GET token/self', by: 'none', status: 403, text: 'Permission denied' }] },
  { id: '16', claim: 'self with an unknown secret', steps: [{ ask: 'GET token/self', by: 'bogus', status: 403, text: 'Permission denied' }] },
  {
    id: '16b',
    claim: 'self and read with a secret that is no UUID',
    decided: 'the seed item NO-36: an unknown secret is 403',
    steps: [
      { ask: 'GET token/self', by: 'garbage', status: 403, text: 'Permission denied' },
      { ask: 'GET token/{client}', by: 'garbage', status: 403, text: 'Permission denied' },
    ],
  },
  {
    id: '17',
    claim: 'self and read with an expired token',
    decided: 'an expired token at read and self is 403',
    steps: [
      { ask: 'GET token/self', by: 'expired', status: 403, text: 'ACL token expired' },
      { ask: 'GET token/{expired}', by: 'expired', status: 403, text: 'ACL token expired' },
      { ask: 'GET token/{client}', by: 'expired', status: 403, text: 'ACL token expired' },
    ],
  },
];

/** Rows 18 to 32: create, upload and update. */
export const WRITES: readonly Row[] = [
  { id: '18', claim: 'an empty body', steps: [{ ask: 'PUT token', by: ['manager', 'none', 'client'], status: 400, text: 'Request body is empty' }] },
  { id: '19', claim: 'a body without a type', steps: [{ ask: 'PUT token', body: {}, by: 'manager', status: 400, text: invalid('token type must be client or management') }] },
  { id: '20', claim: 'a client token without policies', steps: [{ ask: 'PUT token', body: { Type: 'client' }, by: 'manager', status: 400, text: invalid('client token missing policies or roles') }] },
  {
    id: '21',
    claim: 'a management token with policies',
    steps: [{ ask: 'PUT token', body: { Type: 'management', Policies: ['a'] }, by: 'manager', status: 400, text: invalid('management token cannot be associated with policies or roles') }],
  },
  {
    id: '22',
    claim: 'a name of 257 bytes is too long, one of 256 is not; bytes count, not characters',
    steps: [
      { ask: 'PUT token', body: { ...READONLY, Name: 'n'.repeat(257) }, by: 'manager', status: 400, text: invalid('token name too long') },
      { ask: 'PUT token', body: { ...READONLY, Name: 'n'.repeat(256) }, by: 'manager', status: 200 },
      { ask: 'PUT token', body: { ...READONLY, Name: 'é'.repeat(129) }, by: 'manager', status: 400, text: invalid('token name too long') },
      { ask: 'PUT token', body: { ...READONLY, Name: 'é'.repeat(128) }, by: 'manager', status: 200 },
    ],
  },
  {
    id: '23',
    claim: 'an expiry too near, too far, negative',
    steps: [
      { ask: 'PUT token', body: { ...READONLY, ExpirationTTL: '30s' }, by: 'manager', status: 400, text: invalid('expiration time cannot be less than 1m0s in the future (was 30s)') },
      { ask: 'PUT token', body: { ...READONLY, ExpirationTTL: '48h' }, by: 'manager', status: 400, text: invalid('expiration time cannot be more than 24h0m0s in the future (was 48h0m0s)') },
      {
        ask: 'PUT token',
        body: { ...READONLY, ExpirationTTL: '-1h' },
        by: 'manager',
        status: 400,
        text: "token 0 invalid: 3 errors occurred:\n\t* token expiration TTL '-1h0m0s' should not be negative\n\t* expiration time cannot be before create time\n\t* expiration time cannot be less than 1m0s in the future (was -1h0m0s)\n\n",
      },
      { ask: 'PUT token', body: { ...READONLY, ExpirationTTL: '1m' }, by: 'manager', status: 200, text: /"ExpirationTTL":"1m0s"/ },
      { ask: 'PUT token', body: { ...READONLY, ExpirationTTL: '24h' }, by: 'manager', status: 200, text: /"ExpirationTTL":"24h0m0s"/ },
      { ask: 'PUT token', body: { ...READONLY, ExpirationTTL: '10' }, by: 'manager', status: 400, text: /time: missing unit in duration/ },
    ],
  },
  { id: '24', claim: 'a role that does not exist', steps: [{ ask: 'PUT token', body: { Type: 'client', Roles: [{ Name: 'nope' }] }, by: 'manager', status: 400, text: 'cannot find role nope' }] },
  { id: '25', claim: 'an accessor without a secret', steps: [{ ask: 'PUT token', body: { ...READONLY, AccessorID: FRESH }, by: 'manager', status: 400, text: 'cannot find token {uuid}' }] },
  {
    id: '25b',
    claim: 'an accessor that is no UUID',
    decided: 'a non-UUID accessor is 400 with Nomad\'s text',
    steps: [{ ask: 'PUT token', body: { ...READONLY, AccessorID: 'abc' }, by: 'manager', status: 400, text: 'token lookup failed: acl token lookup failed: index error: UUID must be 36 characters' }],
  },
  { id: '26', claim: 'upload of a client token', steps: [{ ask: 'PUT token', body: { ...READONLY, AccessorID: FRESH, SecretID: '{secret}' }, by: 'manager', status: 200, text: /"AccessorID":"{uuid}"/ }] },
  {
    id: '26b',
    claim: 'upload with a secret that is no UUID',
    decided: 'client-supplied secrets must be UUID-shaped and unused',
    steps: [{ ask: 'PUT token', body: { ...READONLY, AccessorID: FRESH, SecretID: 'x' }, by: 'manager', status: 400 }],
  },
  { id: '27', claim: 'upload of a management token', steps: [{ ask: 'PUT token', body: { Type: 'management', AccessorID: FRESH, SecretID: '{secret}' }, by: 'manager', status: 400, text: 'cannot find token {uuid}' }] },
  {
    id: '28',
    claim: 'body and path name different accessors, whoever asks',
    steps: [{ ask: 'PUT token/{other}', body: { ...READONLY, AccessorID: FRESH }, by: ['manager', 'none', 'client'], status: 400, text: 'ACL token accessor does not match request path' }],
  },
  { id: '29', claim: 'an update that flips Global', steps: [{ ask: 'PUT token/{other}', body: { ...READONLY, AccessorID: '{other}', Global: true }, by: 'manager', status: 400, text: invalid('cannot toggle global mode') }] },
  {
    id: '30',
    claim: 'an update with another TTL, and one that adds an expiry',
    steps: [
      { ask: 'PUT token/{ttl}', body: { ...READONLY, AccessorID: '{ttl}', ExpirationTTL: '2h' }, by: 'manager', status: 400, text: invalid('cannot update expiration TTL') },
      { ask: 'PUT token/{other}', body: { ...READONLY, AccessorID: '{other}', ExpirationTTL: '2h' }, by: 'manager', status: 400, text: /cannot update expiration TTL/ },
    ],
  },
  {
    id: '30b',
    claim: 'an update that adds or changes an expiration time',
    decided: 'adding or changing one is 400 cannot update expiration time',
    steps: [
      { ask: 'PUT token/{other}', body: { ...READONLY, AccessorID: '{other}', ExpirationTime: '{soon}' }, by: 'manager', status: 400, text: invalid('cannot update expiration time') },
      { ask: 'PUT token/{ttl}', body: { ...READONLY, AccessorID: '{ttl}', ExpirationTTL: '1h', ExpirationTime: '{soon}' }, by: 'manager', status: 400, text: invalid('cannot update expiration time') },
    ],
  },
  {
    id: '30c',
    claim: 'an update that omits the expiration time keeps it',
    decided: 'an omitted ExpirationTime keeps the stored one',
    steps: [{ ask: 'PUT token/{ttl}', body: { ...READONLY, AccessorID: '{ttl}', ExpirationTTL: '1h' }, by: 'manager', status: 200, text: /"ExpirationTime":"\d/ }],
  },
  {
    id: '31',
    claim: 'an update with another secret keeps the secret',
    steps: [
      { ask: 'PUT token/{other}', body: { ...READONLY, AccessorID: '{other}', SecretID: '{secret}' }, by: 'manager', status: 200, text: /"SecretID":"(?!{secret})/ },
    ],
  },
  {
    id: '32',
    claim: 'writes by a client',
    steps: [
      { ask: 'PUT token', body: READONLY, by: ['client', 'none', 'bogus', 'garbage', 'expired'], status: 403, text: 'Permission denied' },
      { ask: 'PUT token', body: { ...READONLY, Global: true }, by: ['client', 'none', 'bogus', 'garbage', 'expired'], status: 403, text: 'Permission denied' },
      { ask: 'PUT token/{other}', body: { ...READONLY, AccessorID: '{other}' }, by: ['client', 'none', 'bogus', 'garbage', 'expired'], status: 403, text: 'Permission denied' },
      { ask: 'DELETE token/{other}', by: ['client', 'none', 'bogus', 'garbage', 'expired'], status: 403, text: 'Permission denied' },
      { ask: `PUT token/${FRESH}`, body: { ...READONLY, AccessorID: FRESH }, by: 'client', status: 403, text: 'Permission denied' },
    ],
  },
];

/** Rows 33 to 38: delete, methods, paths and regions. Row 39, ACLs switched off, has no counterpart: they are always on. Row 40 is `onetime.ts`. */
export const REST: readonly Row[] = [
  {
    id: '33',
    claim: 'delete of an unknown accessor, and of one that is no UUID',
    steps: [
      { ask: `DELETE token/${FRESH}`, by: 'manager', status: 400, text: 'Cannot delete nonexistent tokens: {uuid}' },
      { ask: 'DELETE token/not-a-uuid', by: 'manager', status: 400, text: /^token lookup failed: / },
    ],
  },
  {
    id: '34',
    claim: 'delete twice',
    steps: [
      { ask: 'DELETE token/{other}', by: 'manager', status: 200, text: '' },
      { ask: 'DELETE token/{other}', by: 'manager', status: 400, text: 'Cannot delete nonexistent tokens: {other}' },
    ],
  },
  {
    id: '35',
    claim: 'a management token deletes itself and is refused after',
    steps: [
      { ask: 'DELETE token/{victim}', by: 'victim', status: 200, text: '' },
      { ask: 'GET tokens', by: 'victim', status: 403, text: 'Permission denied' },
      { ask: 'GET token/self', by: 'victim', status: 403, text: 'Permission denied' },
    ],
  },
  {
    id: '36',
    claim: 'a method that a path does not have',
    steps: ['GET token', 'DELETE token', 'DELETE tokens', 'PUT tokens', 'GET bootstrap', 'DELETE bootstrap', 'PATCH token/{other}', 'PUT token/self', 'GET token/onetime/exchange'].map((ask) => ({
      ask, body: ask.startsWith('P') ? READONLY : undefined, by: 'manager' as const, status: 405, text: 'Invalid method',
    })),
  },
  { id: '36b', claim: 'HEAD is no GET', steps: [{ ask: 'HEAD tokens', by: 'manager', status: 405, text: '' }] },
  { id: '37', claim: 'a path that ends after token/', steps: [{ ask: 'PUT token/', body: READONLY, by: ['manager', 'none'], status: 400, text: 'Missing Token Accessor' }] },
  {
    id: '38',
    claim: 'an unknown region',
    decided: 'an unknown ?region= is 400',
    steps: [
      { ask: 'GET tokens?region=nowhere', by: 'manager', status: 400, text: 'No path to region' },
      { ask: 'GET token/self?region=nowhere', by: 'manager', status: 400, text: 'No path to region' },
      { ask: 'GET token/{client}?region=nowhere', by: 'manager', status: 400, text: 'No path to region' },
      { ask: 'PUT token?region=nowhere', body: READONLY, by: 'manager', status: 400, text: 'No path to region' },
      { ask: 'DELETE token/{client}?region=nowhere', by: 'manager', status: 400, text: 'No path to region' },
    ],
  },
];
