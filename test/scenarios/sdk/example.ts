import { startProtectedApi } from '@mintmark/protected-api';
import { expect, test } from 'vitest';
import { makes } from '../people/access-tokens.ts';
import { person } from '../people/people.ts';
import type { Fixture } from '../support/fixture.ts';
import { clientToken, operatorSession } from './support.ts';

/** The example API, with the seed pages' resources. */
export function exampleSuite(fixture: () => Fixture): void {
  async function serve(stack: AsyncDisposableStack): Promise<string> {
    const api = stack.use(await startProtectedApi({ host: '127.0.0.1', port: 0, region: fixture().us.region }));
    await api.validator.ready();
    return api.url;
  }

  test('applications are XML, or JSON where that is asked for; a bad token is answered in the words of the seed', async () => {
    await using stack = new AsyncDisposableStack();
    const url = `${await serve(stack)}/controller/rest/applications`;
    const { token } = await clientToken(fixture());
    const xml = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(xml.headers.get('content-type')).toMatch(/^application\/xml/);
    expect(await xml.text()).toContain('<name>Web Shop</name>');
    expect(await (await fetch(`${url}?output=JSON`, { headers: { authorization: `Bearer ${token}` } })).json()).toContainEqual({ id: 2, name: 'Billing' });
    const refused = await fetch(url, { headers: { authorization: 'Bearer garbage' } });
    expect([refused.status, await refused.text()]).toEqual([401, 'Failed to authenticate: invalid access token.']);
  });

  test('organizations are those that the token reaches; the observer wants a password', async () => {
    await using stack = new AsyncDisposableStack();
    const url = await serve(stack);
    const people = person(fixture());
    const [one, two] = [await people.organization(), await people.organization()];
    const who = await people.user({ organizations: [{ organization: one.id, role: 'View Only' }] });
    const { token = '' } = await makes(fixture(), fixture().us, who, { organizations: [one.id], role: 'View Only' });
    const headers = { authorization: `Token ${token}`, accept: 'application/json' };
    expect(await (await fetch(`${url}/api/v3/organization`, { headers })).json()).toEqual([{ id: one.id, status: 'Active' }]);
    expect((await fetch(`${url}/api/v3/organization?orgId=${two.id}`, { headers })).status).toBe(403);
    expect((await fetch(`${url}/api/v3/path`, { method: 'POST', headers })).status).toBe(403);
    expect((await fetch(`${url}/api/v3/observer`, { headers })).status).toBe(403);
    const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`${who.username}:${password}`).toString('base64')}` });
    expect((await fetch(`${url}/api/v3/observer`, { headers: basic(who.password) })).status).toBe(200);
    expect((await fetch(`${url}/api/v3/observer`, { headers: basic('wrong') })).status).toBe(401);
  });

  test('hosts are shown to sessions of the Platform Operations API', async () => {
    await using stack = new AsyncDisposableStack();
    const url = `${await serve(stack)}/soc/api/v1/hosts`;
    const session = await operatorSession(fixture());
    expect((await fetch(url)).status).toBe(401);
    const answer = await fetch(url, { headers: { APPRENDASESSIONTOKEN: session.token } });
    expect(await answer.json()).toMatchObject({ items: [{ name: 'node-1' }, { name: 'node-2' }] });
    await session.end();
    expect((await fetch(url, { headers: { apprendasessiontoken: session.token } })).status).toBe(401);
  });

  test('services without a token are refused as the platform does', async () => {
    await using stack = new AsyncDisposableStack();
    const url = `${await serve(stack)}/v1/services`;
    for (const headers of [{}, { authorization: 'Bearer garbage' }]) {
      const answer = await fetch(url, { headers: headers as Record<string, string> });
      expect([answer.status, await answer.json()]).toMatchObject([401, { token_invalid: true }]);
    }
  });
}
