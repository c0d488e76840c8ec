import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AUTHORITY_INCARNATION, Bed, INCARNATION, management, secretOf, token, uuid, written } from './test-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open({ region: 'eu-west', maxWaiters: 2 });
  await bed.write(management(1), token(2));
});
afterEach(() => bed[Symbol.asyncDispose]());

const ADMIN = secretOf(1);
const demand = (index: number, region = 'eu-west', incarnation = INCARNATION) => ({ 'x-mintmark-freshness': `${region}:${incarnation}:${index}` });

describe('a demand for freshness', () => {
  test('that is met does not hold up anything', async () => {
    for (const path of ['token/self', 'tokens', `token/${uuid(1)}`]) expect((await bed.get(path, ADMIN, demand(2))).status).toBe(200);
  });

  test('of this region is waited for', async () => {
    const got = bed.get(`token/${uuid(3)}?wait=5s`, secretOf(3), demand(3));
    await bed.write(token(3));
    expect((await got).json()).toMatchObject({ AccessorID: uuid(3) });
  });

  test('of the authority is waited for, also without "wait"', async () => {
    const got = bed.get('tokens', ADMIN, demand(40, 'us-east', AUTHORITY_INCARNATION));
    await bed.contact(39);
    await bed.contact(40);
    expect((await got).status).toBe(200);
  });

  test('comes before authentication: a token minted by then is known', async () => {
    const got = bed.get('token/self', secretOf(3), demand(3));
    await bed.write(token(3));
    expect((await got).status).toBe(200);
  });

  test.each(['wait=40ms', 'wait=0', 'wait=-1s'])('that is not met with %s is 503, and says how far the region is', async (wait) => {
    const got = await bed.get(`tokens?${wait}`, ADMIN, demand(9));
    expect(got).toMatchObject({ status: 503, text: 'this region covers eu-west up to index 2, not yet 9', headers: { 'retry-after': '1' } });
  });

  test('of another incarnation is refused at once', async () => {
    const got = await bed.get('tokens?wait=60s', ADMIN, demand(1, 'eu-west', 'another'));
    expect(got).toMatchObject({ status: 503, text: `eu-west is at incarnation ${INCARNATION}, not another` });
  });

  test.each([
    ['nonsense', 'X-Mintmark-Freshness must be region:incarnation:index'],
    ['eu-west:x:-1', 'X-Mintmark-Freshness must be region:incarnation:index'],
    ['ap-south:x:1', 'freshness of ap-south means nothing here: use one of eu-west or us-east'],
  ])('of %s is 400', async (value, text) => {
    expect(await bed.get('tokens', ADMIN, { 'x-mintmark-freshness': value })).toMatchObject({ status: 400, text });
  });

  test('holds for writes too', async () => {
    bed.issuer.answers.upsertToken = () => written(token(3));
    const headers = { 'x-nomad-token': ADMIN, ...demand(3) };
    expect((await bed.ask('PUT', 'token?wait=20ms', headers, '{}')).status).toBe(503);
    expect((await bed.ask('DELETE', `token/${uuid(2)}?wait=20ms`, headers)).status).toBe(503);
    expect((await bed.ask('PUT', 'bootstrap?wait=20ms', headers)).status).toBe(503);
    expect((await bed.ask('PUT', 'token/onetime?wait=20ms', headers)).status).toBe(503);
    expect(bed.issuer.calls).toEqual([]);
    const put = bed.ask('PUT', 'token?wait=5s', headers, '{}');
    await bed.write(token(3));
    expect((await put).status).toBe(200);
  });

  test('takes one of the bounded places unless it is met, and ends when the server stops', async () => {
    const two = [bed.get('tokens?wait=60s', ADMIN, demand(9)), bed.get('tokens?wait=60s', ADMIN, demand(9))];
    await new Promise((resolve) => setImmediate(resolve));
    expect((await bed.get('tokens?wait=60s', ADMIN, demand(9))).status).toBe(503);
    expect((await bed.get('tokens?wait=60s', ADMIN, demand(2))).status).toBe(200);
    await bed.server.stop(5_000);
    expect((await Promise.all(two)).map(({ status }) => status)).toEqual([503, 503]);
  });
});
