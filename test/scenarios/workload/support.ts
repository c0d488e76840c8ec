import { type AclApi, named, succeeded } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';

export const HTTP = 'service::/apcera::http';
export const LINUX = 'package::/apcera/pkg/os::ubuntu-14.04-apc3';

export interface Binding {
  readonly uuid: string;
  readonly credential: string;
}

export interface Issued {
  readonly access_token: string;
  readonly expires_in: number;
}

export interface JobJson {
  readonly uuid: string;
  readonly fqn: string;
  readonly name: string;
  readonly state: string;
  readonly type: string;
  readonly namespace: string;
  readonly num_instances: number;
  readonly created_by: string;
  readonly packages: readonly { readonly fqn: string }[];
  readonly bindings: Readonly<Record<string, { readonly service_fqn: string }>>;
}

export interface ApiErrorJson {
  readonly code: number;
  readonly message: string;
  readonly token_invalid: boolean;
  readonly missing_claims: readonly string[];
}

export const newJob = (): string => `job::/sandbox/admin::${named('cap').replaceAll(/[^A-Za-z0-9_]/g, '')}`;

/** A document that applies to everybody. */
export async function policy(api: AclApi, text: string, name = named('doc')): Promise<string> {
  succeeded(await api.send('PUT', `/v1/policy/${name}`, { body: { name, text } }), `save ${text}`);
  return name;
}

export async function drop(api: AclApi, name: string): Promise<void> {
  succeeded(await api.send('DELETE', `/v1/policy/${name}`), `delete ${name}`);
}

export const mayIssue = (fqn: string, timeout?: string): string => `on ${fqn} { { permit issue } ${timeout === undefined ? '' : `{ tokenTimeout "${timeout}" }`} }`;

export async function createJob(api: AclApi, fqn: string, more: object = {}): Promise<JobJson> {
  return json<JobJson>(succeeded(await api.send('POST', '/v1/jobs', { body: { fqn, ...more } }), `create ${fqn}`));
}

/** Binds a job to the HTTP service; the credential is one that nothing may keep. */
export async function bindHttp({ secrets }: Fixture, api: AclApi, fqn: string): Promise<Binding> {
  const binding = json<Binding>(succeeded(await api.send('POST', '/v1/bindings', { body: { job_fqn: fqn, service_fqn: HTTP } }), `bind ${fqn}`));
  secrets.add(binding.credential);
  return binding;
}

export function askAppToken(api: AclApi, credential: string): Promise<Reply> {
  return api.call('POST', '/v1/oauth2/apptoken', { headers: bearer(credential) });
}

export async function appToken({ secrets }: Fixture, api: AclApi, credential: string): Promise<Issued> {
  const issued = json<Issued>(succeeded(await askAppToken(api, credential), 'app token'));
  secrets.add(issued.access_token);
  return issued;
}

export const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

export function claimsOf(token: string): Readonly<Record<string, unknown>> & { readonly exp: number; readonly iat: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as never;
}
