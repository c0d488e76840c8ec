import type { AclApi } from '../support/acl.ts';
import { json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';

export interface RegionJson {
  readonly region: string;
  readonly role: string;
  readonly authority?: string;
  readonly epoch?: number;
}

export interface AsideJson {
  readonly id: string;
  readonly state: string;
  readonly region: string;
  readonly held: boolean;
  readonly carriedOver: string | null;
}

export function promote(api: AclApi, body: { readonly force?: boolean; readonly regardless?: boolean } = {}): Promise<Reply> {
  return api.call('POST', '/v1/operator/promote', { token: api.secret, body });
}

/** Resolves when every region says of itself who the authority is. */
export async function followed(authority: string, apis: readonly AclApi[]): Promise<void> {
  for (const api of apis) {
    await until(`${api.region.name} follows ${authority}`, async () => {
      const [self] = json<readonly RegionJson[]>(await api.call('GET', '/v1/regions', { query: { only: 'self' } }));
      return self?.authority === authority && self.role === (api.region.name === authority ? 'authority' : 'replica');
    });
  }
}

export async function asides(api: AclApi): Promise<readonly AsideJson[]> {
  return json<readonly AsideJson[]>(await api.call('GET', '/v1/operator/set-aside', { token: api.secret }));
}

/** What the region says of the token. */
export async function verdictOf(api: AclApi, secret: string): Promise<string> {
  const reply = await api.call('POST', '/v1/validate', { body: { credential: { dialect: 'acl', value: secret } } });
  const { verdict, reason } = json<{ readonly verdict: string; readonly reason?: string }>(reply);
  return reason === undefined || reason === '' ? verdict : `${verdict} ${reason}`;
}
