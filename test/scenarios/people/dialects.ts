import { DIALECTS, type Dialect } from '@mintmark/domain';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { makes } from './access-tokens.ts';
import { person, succeeds } from './people.ts';
import { login } from './sessions.ts';

/** A strong live credential of each dialect that mints any. */
async function credentialsOf(fixture: Fixture): Promise<ReadonlyMap<Dialect, string>> {
  const people = person(fixture);
  const { api } = people;
  const { id, alias } = await people.organization();
  const who = await people.user({ platformOperator: true, organizations: [{ organization: id, role: 'Organization Admin' }] });
  const client = { name: 'matrix', account: alias, roles: ['Account Owner'] };
  const { clientSecret } = json<{ clientSecret: string }>(succeeds(await api.send('POST', '/controller/api/rbac/v1/api-clients', { body: client }), 201));
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: `matrix@${alias}`, client_secret: clientSecret });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const granted = succeeds(await api.call('POST', '/controller/api/oauth/access_token', { headers, body: form.toString() }), 200);
  const oauth = json<{ access_token: string }>(granted).access_token;
  for (const secret of [clientSecret, oauth]) fixture.secrets.add(secret);
  return new Map<Dialect, string>([
    ['acl', (await api.mint({ Type: 'management', Global: true })).SecretID],
    ['oauth', oauth],
    ['personal', (await makes(fixture, api, who, { dynamicAccess: true, role: 'Organization Admin' })).token],
    ['session', (await login(fixture, api, who)).ApprendaSessionToken],
  ]);
}

/** The ways to present a credential, and the dialect whose way it is; `Bearer` is that of three. */
const CARRIERS: Readonly<Record<string, { readonly of: readonly Dialect[]; headers(value: string): Record<string, string> }>> = {
  'X-Nomad-Token': { of: ['acl'], headers: (value) => ({ 'x-nomad-token': value }) },
  Bearer: { of: ['acl', 'oauth', 'workload'], headers: (value) => ({ authorization: `Bearer ${value}` }) },
  Token: { of: ['personal'], headers: (value) => ({ authorization: `Token ${value}` }) },
  ApprendaSessionToken: { of: ['session'], headers: (value) => ({ ApprendaSessionToken: value }) },
};

/** Reads that need a credential, and whose it may be. */
const ROUTES: Readonly<Record<string, readonly Dialect[]>> = {
  '/v1/acl/token/self': ['acl'],
  '/v1/acl/tokens': ['acl'],
  '/v1/users': ['acl'],
  '/v1/organizations': ['acl'],
  '/v1/users/self/sessions': ['session'],
  '/soc/api/v1/registry/settings/Authentication.SessionTimeoutInSeconds': ['acl', 'session'],
  '/api/v3/accessToken': ['session'],
};

/** P9. */
export function dialectSuite(fixture: () => Fixture): void {
  let credentials: ReadonlyMap<Dialect, string> = new Map();
  beforeAll(async () => {
    credentials = await credentialsOf(fixture());
  });
  const minted = DIALECTS.filter((dialect) => dialect !== 'workload');

  describe('P9 no credential of one dialect works at another', () => {
    describe.each(minted)('%s', (dialect) => {
      test.each(DIALECTS)('judged as %s', async (as) => {
        const credential = { dialect: as, value: credentials.get(dialect) ?? '' };
        const reply = await fixture().eu.call('POST', '/v1/validate', { body: { credential } });
        const allowed = reply.status === 200 && json<{ verdict: string }>(reply).verdict === 'allow';
        expect([reply.status < 500, allowed]).toEqual([true, as === dialect]);
      });

      test.each(Object.keys(CARRIERS))('presented as %s it opens no route but its own', async (name) => {
        const carrier = CARRIERS[name];
        if (carrier === undefined) throw new Error(`no carrier ${name}`);
        for (const [path, of] of Object.entries(ROUTES)) {
          const { status } = await fixture().us.as(undefined).call('GET', path, { headers: carrier.headers(credentials.get(dialect) ?? '') });
          const own = of.includes(dialect) && carrier.of.includes(dialect);
          expect([path, own ? status : status >= 400 && status < 500]).toEqual([path, own ? 200 : true]);
        }
      });
    });
  });
}
