import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { expectLike, sampleOf } from '../like.ts';
import { type Replacements, replaced, requestOf, type Section, shownIn } from '../page.ts';
import { once, type PageChecks } from '../world.ts';

const CLOUD = 'https://apps.apprenda.harp';

interface Session {
  readonly ApprendaSessionToken: string;
  readonly href: string;
}

/** Sessions of the Platform Operations API. The page puts its requests in words, so they are sent as such. */
export const apprenda: PageChecks = (world, page) => {
  const password = once(async () => {
    const chosen = randomBytes(16).toString('hex');
    await world().admin('POST', '/v1/users', { username: 'myemail@mycompany.com', password: chosen, organizations: [], platformOperator: true });
    return chosen;
  });
  const establish = page.sections.find(({ title }) => title === 'Establish a session') as Section;
  const sample = sampleOf<Session>(shownIn(establish));

  async function login(url: string, secret?: string): Promise<Response> {
    const { method, body = '' } = requestOf(establish.copied);
    return fetch(url, { method, headers: { 'content-type': 'application/json' }, body: replaced(body, [['"password" :  "password"', `"password" :  "${secret ?? (await password())}"`]]) });
  }
  const loginUrl = (): string => replaced(requestOf(establish.copied).url, [[CLOUD, world().region]]);
  const hosts = async (token: string): Promise<number> => (await fetch(`${world().example}/soc/api/v1/hosts`, { headers: { apprendasessiontoken: token } })).status;

  /** Ends a new session at the address of the section. */
  async function terminate(address: string, replacements: (session: Session) => Replacements): Promise<void> {
    const session = (await (await login(loginUrl())).json()) as Session;
    expect(await hosts(session.ApprendaSessionToken)).toBe(200);
    const url = replaced(address, replacements(session));
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204);
    expect(await hosts(session.ApprendaSessionToken)).toBe(401);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(404);
  }

  return {
    async 'Authentication URL'({ copied }) {
      expect((await login(replaced(copied.text, [['[CloudURI]', world().region]]))).status).toBe(201);
    },
    async 'Establish a session'() {
      const answer = await login(loginUrl());
      expect([answer.status, answer.headers.get('content-type')]).toEqual([201, expect.stringMatching(/^application\/json/)]);
      const session = (await answer.json()) as Session;
      expectLike(session, sample);
      expect(Object.keys(session)).toEqual(Object.keys(sample));
      const [path] = sample.href.slice(CLOUD.length).split(sample.ApprendaSessionToken.slice(0, 20));
      expect(session.href.toLowerCase()).toBe(`${world().region}${path}${session.ApprendaSessionToken}`.toLowerCase());
      const forms = [sample, session].map(({ ApprendaSessionToken: token }) => Buffer.from(decodeURIComponent(token), 'base64').toString().replaceAll(/[0-9a-f]/g, '0'));
      expect(forms[1]).toBe(forms[0]);
      expect(await hosts(session.ApprendaSessionToken)).toBe(200);
      expect((await login(loginUrl(), 'wrong-wrong-wrong')).status).toBe(400);
    },
    async 'Terminate a session, by the template'({ copied }) {
      await terminate(copied.text, ({ ApprendaSessionToken: token }) => [['[CloudURL]', world().region], ['{ApprendaSessionToken}', token]]);
    },
    async 'Terminate a session, by the example'({ copied }) {
      const shown = sample.href.slice(sample.href.lastIndexOf('/') + 1);
      await terminate(requestOf(copied).url, ({ href }) => [[CLOUD, world().region], [shown, href.slice(href.lastIndexOf('/') + 1)]]);
    },
  };
};
