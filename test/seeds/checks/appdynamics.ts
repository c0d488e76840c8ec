import { expect } from 'vitest';
import { claimsOf, expectLike, sampleOf } from '../like.ts';
import { commandOf, type Replacements, replaced, type Section, shownIn } from '../page.ts';
import type { Answer } from '../shell.ts';
import { once, type PageChecks } from '../world.ts';

const CONTROLLER = 'https://<controller address>';
const SECRET = 'face10d5-573e-4a75-8396-afa006fd8f19';
/** What the first command has in its place: the page lost the beginning. */
const DAMAGED_SECRET = '10d5-573e-4a75-8396-afa006fd8f19';

interface AccessToken {
  readonly access_token: string;
  readonly expires_in: number;
}

/** API clients. */
export const appdynamics: PageChecks = (world, page) => {
  const shell = once(() => world().shell('appdynamics'));
  const client = once(async () => {
    await world().admin('POST', '/v1/organizations', { name: 'Customer', alias: 'customer' });
    return world().admin<{ readonly id: string; readonly clientSecret: string }>('POST', '/controller/api/rbac/v1/api-clients', {
      name: 'TestApiClient',
      account: 'customer',
      roles: ['Account Owner'],
    });
  });
  let byApi = '';

  async function curl({ copied }: Section, replacements: Replacements): Promise<Answer> {
    return (await shell()).curl(replaced(commandOf(copied), replacements));
  }
  async function issued(section: Section, replacements: Replacements): Promise<void> {
    const { status, headers, text } = await curl(section, [[CONTROLLER, world().region], ...replacements]);
    expect([status, headers['content-type']?.replaceAll(' ', '')]).toEqual([200, expect.stringMatching(/^application\/vnd\.appd\.cntrl\+json;v=1/)]);
    const answer = JSON.parse(text) as AccessToken;
    const sample = sampleOf<AccessToken>(shownIn(page.sections.find(({ shown }) => shown?.language === 'json') as Section));
    expectLike(answer, sample);
    expect(Object.keys(answer)).toEqual(Object.keys(sample));
    const [claims, shown] = [claimsOf(answer.access_token), claimsOf(sample.access_token)];
    expect(Object.keys(claims)).toEqual(expect.arrayContaining(Object.keys(shown)));
    expect(claims).toMatchObject({ sub: 'TestApiClient', type: 'API_CLIENT', acctName: 'customer', id: (await client()).id });
    for (const [one, other] of [['exp', 'iat'], ['iat', 'nbf']] as const) expect(Number(claims[one]) - Number(claims[other])).toBe(Number(shown[one]) - Number(shown[other]));
    byApi = answer.access_token;
  }
  function expectApplications({ status, headers, text }: Answer): void {
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/xml/)]);
    for (const name of ['Web Shop', 'Billing', 'Search']) expect(text).toContain(`<name>${name}</name>`);
  }

  return {
    async 'A temporary token from the UI'(section) {
      const { id } = await client();
      const { access_token } = await world().admin<AccessToken>('POST', `/controller/api/rbac/v1/api-clients/${id}/temporary-token`, {});
      expectApplications(await curl(section, [['<AUTH_TOKEN>', access_token], ['http://master-onprem-controller.e2e.appd-test.com:8090', world().example]]));
    },
    async 'A token by the API'(section) {
      await issued(section, [['<apiClientName>', 'TestApiClient'], ['<accountName>', 'customer'], [DAMAGED_SECRET, (await client()).clientSecret]]);
    },
    async 'A token by the API, before 4.5.9'(section) {
      await issued(section, [[SECRET, (await client()).clientSecret]]);
    },
    async 'All applications'(section) {
      expectApplications(await curl(section, [['<AUTH_TOKEN>', byApi], ['https://master-controller.e2e.appd.com', world().example]]));
    },
    async 'All applications with a bad token'(section) {
      const [, status, text] = /^HTTP (\d+) Unauthorized "(.*)"$/.exec(shownIn(section)) ?? [];
      const answer = await curl(section, [['<AUTH_TOKEN>', `${byApi}x`], ['https://master-controller.e2e.appd.com', world().example]]);
      expect([String(answer.status), answer.text]).toEqual([status, text]);
    },
  };
};
