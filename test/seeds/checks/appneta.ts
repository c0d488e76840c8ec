import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { commandOf, replaced } from '../page.ts';
import { once, type PageChecks } from '../world.ts';

/** Access tokens of a person. */
export const appneta: PageChecks = (world) => {
  const shell = once(() => world().shell('appneta'));
  const token = once(async () => {
    const { admin, region } = world();
    const organization = await admin<{ readonly id: string }>('POST', '/v1/organizations', { name: 'Acme', alias: 'acme' });
    const [username, password] = ['ann@example.com', randomBytes(16).toString('hex')];
    await admin('POST', '/v1/users', { username, password, organizations: [{ organization: organization.id, role: 'Standard' }] });
    const reply = await fetch(`${region}/api/v3/accessToken`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'script', expiry: 'Never', dynamicAccess: false, organizations: [organization.id], role: 'View Only' }),
    });
    expect(reply.status).toBe(201);
    const made = (await reply.json()) as { readonly token: string };
    return { token: made.token, organization: organization.id };
  });

  return {
    async 'Use a token'({ copied }) {
      const made = await token();
      const ask = async (value: string) => (await shell()).curl(replaced(commandOf(copied), [['<token>', value], ['https://<your_APM_node>.pm.appneta.com', world().example]]));
      const answer = await ask(made.token);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)]);
      expect(JSON.parse(answer.text)).toEqual([expect.objectContaining({ orgId: made.organization })]);
      expect((await ask(`${made.token}x`)).status).toBe(401);
    },
  };
};
