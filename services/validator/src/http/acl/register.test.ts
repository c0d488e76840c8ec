import { Refusal, type RefusalCode } from '@mintmark/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bed, management, secretOf, token, uuid, written } from './test-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open();
  await bed.write(management(1), token(2));
});
afterEach(() => bed[Symbol.asyncDispose]());

const ADMIN = secretOf(1);
const CLIENT = secretOf(2);
const UNKNOWN = secretOf(99);

describe('the error matrix (specs 1.14)', () => {
  test.each<[string, string, string, string | undefined, string | undefined, number, string | RegExp]>([
    ['4 none', 'GET', 'tokens', undefined, undefined, 403, 'Permission denied'],
    ['4 client', 'GET', 'tokens', CLIENT, undefined, 403, 'Permission denied'],
    ['4 unknown', 'GET', 'tokens', UNKNOWN, undefined, 403, 'Permission denied'],
    ['4 not a UUID', 'GET', 'tokens', 'bogus', undefined, 403, 'Permission denied'],
    ['5', 'GET', 'tokens?per_page=x', undefined, undefined, 400, 'Expect a number for `per_page` query string parameter'],
    ['6 index', 'GET', 'tokens?index=x', undefined, undefined, 400, 'Invalid index'],
    ['6 wait', 'GET', 'tokens?wait=10', undefined, undefined, 400, 'Invalid wait time'],
    ['6 stale', 'GET', 'tokens?stale=x', undefined, undefined, 400, 'Expect `true` or `false` for `stale` query string parameter'],
    ['7', 'GET', 'tokens?filter=NotValid', ADMIN, undefined, 400, /^failed to create result paginator: failed to read filter expression: 1:9: Expected /],
    ['8', 'GET', 'tokens?filter=Nope%3D%3D%22a%22', ADMIN, undefined, 400, /^failed to read result page: error finding value in datum: /],
    ['9', 'GET', 'tokens?prefix=abc', ADMIN, undefined, 400, 'acl token lookup failed: index error: Input (without hyphens) must be even length'],
    ['9 client', 'GET', 'tokens?prefix=abc', CLIENT, undefined, 403, 'Permission denied'],
    ['10', 'GET', `token/${uuid(98)}`, ADMIN, undefined, 404, 'ACL token not found'],
    ['11', 'GET', `token/${uuid(98)}`, CLIENT, undefined, 403, 'Permission denied'],
    ['13', 'GET', `token/${uuid(1)}`, CLIENT, undefined, 403, 'Permission denied'],
    ['13 none', 'GET', `token/${uuid(1)}`, undefined, undefined, 403, 'Permission denied'],
    ['14', 'GET', 'token/not-a-uuid', ADMIN, undefined, 400, 'acl token lookup failed: index error: UUID must be 36 characters'],
    ['14 client', 'GET', 'token/not-a-uuid', CLIENT, undefined, 403, 'Permission denied'],
    ['15', 'GET', 'token/self', undefined, undefined, 403, 'Permission denied'],
    ['16', 'GET', 'token/self', UNKNOWN, undefined, 403, 'Permission denied'],
    ['18', 'PUT', 'token', ADMIN, '', 400, 'Request body is empty'],
    ['18 none', 'PUT', 'token', undefined, undefined, 400, 'Request body is empty'],
    ['malformed', 'PUT', 'token', undefined, '{', 400, /^request body is not valid JSON: /],
    ['28', 'PUT', `token/${uuid(2)}`, undefined, JSON.stringify({ AccessorID: uuid(3) }), 400, 'ACL token accessor does not match request path'],
    ['28 absent', 'PUT', `token/${uuid(2)}`, ADMIN, '{"Type":"client"}', 400, 'ACL token accessor does not match request path'],
    ['36 GET token', 'GET', 'token', ADMIN, undefined, 405, 'Invalid method'],
    ['36 DELETE token', 'DELETE', 'token', ADMIN, undefined, 405, 'Invalid method'],
    ['36 DELETE tokens', 'DELETE', 'tokens', ADMIN, undefined, 405, 'Invalid method'],
    ['36 GET bootstrap', 'GET', 'bootstrap', ADMIN, undefined, 405, 'Invalid method'],
    ['36 POST self', 'POST', 'token/self', ADMIN, '{}', 405, 'Invalid method'],
    ['36 OPTIONS', 'OPTIONS', 'tokens', ADMIN, undefined, 405, 'Invalid method'],
    ['36 PATCH', 'PATCH', `token/${uuid(2)}`, ADMIN, '{}', 405, 'Invalid method'],
    ['36 HEAD', 'HEAD', 'tokens', ADMIN, undefined, 405, ''],
    ['36 GET onetime', 'GET', 'token/onetime', ADMIN, undefined, 405, 'Invalid method'],
    ['37', 'PUT', 'token/', ADMIN, '{}', 400, 'Missing Token Accessor'],
    ['37 DELETE', 'DELETE', 'token/', ADMIN, undefined, 400, 'Missing Token Accessor'],
    ['38 read', 'GET', 'tokens?region=nowhere', undefined, undefined, 400, 'No path to region'],
    ['38 write', 'PUT', 'token?region=nowhere', ADMIN, '{"Type":"client"}', 400, 'No path to region'],
    ['38 delete', 'DELETE', `token/${uuid(2)}?region=nowhere`, ADMIN, undefined, 400, 'No path to region'],
    ['exchange without a body', 'PUT', 'token/onetime/exchange', undefined, '', 400, 'Request body is empty'],
    ['exchange without a secret', 'PUT', 'token/onetime/exchange', undefined, '{}', 400, /^one-time token lookup failed: missing secret/],
    ['bootstrap with a broken body', 'PUT', 'bootstrap', undefined, '{', 400, /^failed to decode request body: /],
    ['bad query', 'GET', 'tokens?filter=%ff', ADMIN, undefined, 400, 'Invalid query string: percent-encoding must be of UTF-8'],
  ])('%s: %s %s', async (_case, method, path, secret, body, status, text) => {
    const got = await bed.ask(method, path, secret === undefined ? {} : { 'x-nomad-token': secret }, body);
    expect(got.status).toBe(status);
    expect(got.text).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
    expect(got.headers['cache-control']).toBe('no-store');
    expect(got.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(bed.issuer.calls).toEqual([]);
  });

  test('10: a missing token has the meta headers of the table', async () => {
    const { headers } = await bed.get(`token/${uuid(98)}`, ADMIN);
    expect(headers).toMatchObject({ 'x-nomad-index': '2', 'x-nomad-knownleader': 'true', 'x-nomad-lastcontact': '0', 'x-mintmark-freshness': bed.freshness });
  });

  test('4 and 17: an expired token learns so at its own reads, and nowhere else', async () => {
    await bed.write(management(3, { expirationTime: '2026-01-01T00:00:00Z' }));
    expect(await bed.get('tokens', secretOf(3))).toMatchObject({ status: 403, text: 'Permission denied' });
    expect(await bed.get('token/self', secretOf(3))).toMatchObject({ status: 403, text: 'ACL token expired' });
    expect(await bed.get(`token/${uuid(3)}`, secretOf(3))).toMatchObject({ status: 403, text: 'ACL token expired' });
  });

  test.each(['nope', 'token/a/b', 'tokens/', 'token/self/x', 'policies/x/y', ''])('unknown path %j is 404 without a body', async (path) => {
    const got = await bed.get(path, ADMIN);
    expect(got).toMatchObject({ status: 404, text: '' });
    expect(got.headers['content-type']).toBeUndefined();
  });
});

describe('credentials', () => {
  test.each<[string, Record<string, string>, number]>([
    ['X-Nomad-Token', { 'x-nomad-token': CLIENT }, 200],
    ['X-Nomad-Token with blanks around it', { 'x-nomad-token': `  ${CLIENT} ` }, 200],
    ['upper case', { 'x-nomad-token': CLIENT.toUpperCase() }, 200],
    ['Bearer', { authorization: `Bearer ${CLIENT}` }, 200],
    ['bEARER', { authorization: `bEARER ${CLIENT}` }, 200],
    ['Bearer and more words', { authorization: `Bearer ${CLIENT} more words` }, 200],
    ['X-Nomad-Token before Bearer', { 'x-nomad-token': CLIENT, authorization: 'Bearer bogus' }, 200],
    ['a wrong X-Nomad-Token before a good Bearer', { 'x-nomad-token': 'bogus', authorization: `Bearer ${CLIENT}` }, 403],
    ['another scheme', { authorization: `Token ${CLIENT}` }, 403],
    ['a bare Authorization', { authorization: CLIENT }, 403],
  ])('%s', async (_case, headers, status) => {
    expect((await bed.ask('GET', 'token/self', headers)).status).toBe(status);
  });
});

describe('refusals of the issuer', () => {
  test.each<[RefusalCode, number, string | undefined]>([
    ['invalid_argument', 400, undefined],
    ['already_exists', 400, undefined],
    ['unauthenticated', 403, undefined],
    ['permission_denied', 403, undefined],
    ['not_found', 404, undefined],
    ['conflict', 409, undefined],
    ['resource_exhausted', 429, '3'],
    ['unavailable', 503, '3'],
    ['stale', 503, '3'],
    ['outcome_unknown', 504, undefined],
    ['internal', 500, undefined],
  ])('%s is %i', async (code, status, retryAfter) => {
    bed.issuer.answers.deleteToken = () => {
      throw new Refusal(code, 'as it was said', { retryAfterMs: 2_001 });
    };
    const got = await bed.ask('DELETE', `token/${uuid(2)}`, { 'x-nomad-token': ADMIN });
    expect(got).toMatchObject({ status, text: 'as it was said' });
    expect(got.headers['retry-after']).toBe(retryAfter);
    expect(got.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(bed.failures).toHaveLength(code === 'internal' ? 1 : 0);
  });

  test('a defect is opaque to the caller and told to the events', async () => {
    bed.issuer.answers.deleteToken = () => {
      throw new TypeError('the inside');
    };
    expect(await bed.ask('DELETE', `token/${uuid(2)}`, { 'x-nomad-token': ADMIN })).toMatchObject({ status: 500, text: 'internal error' });
    expect(bed.failures).toEqual([expect.objectContaining({ message: 'the inside' })]);
  });

  test('an answer that is no token is a defect', async () => {
    bed.issuer.answers.upsertToken = () => ({ ...written(token(3)), record: undefined });
    expect((await bed.ask('PUT', 'token', { 'x-nomad-token': ADMIN }, '{"Type":"client"}')).status).toBe(500);
    expect(bed.failures).toHaveLength(1);
  });
});

describe('bounds', () => {
  test('a body of 10 MB is refused as text', async () => {
    const got = await bed.ask('PUT', 'token', { 'x-nomad-token': ADMIN }, Buffer.alloc(10 << 20, 0x20));
    expect(got).toMatchObject({ status: 413, text: 'the body is larger than this server accepts' });
    expect(got.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  test('the content type of a request does not matter', async () => {
    bed.issuer.answers.upsertToken = () => written(token(3));
    for (const type of ['application/x-www-form-urlencoded', 'text/html', 'no type at all', 'application/json; charset=latin1']) {
      expect((await bed.ask('PUT', 'token', { 'content-type': type }, '{"Type":"client"}')).status).toBe(200);
    }
  });

  test('a view that is being folded is 503 with Retry-After', async () => {
    await bed.view.reset({ source: { region: 'us-east', incarnation: 'another-incarnation-01' }, floor: bed.at });
    const got = await bed.get(`token/${uuid(2)}`, UNKNOWN);
    expect(got).toMatchObject({ status: 503, text: "the region's view cannot be read now" });
    expect(got.headers['retry-after']).toBe('1');
  });
});
