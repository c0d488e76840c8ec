import { type AclApi, succeeded } from '../support/acl.ts';
import { json, type Reply } from '../support/http.ts';

/** The job of the tutorial. */
export const CAP = 'job::/sandbox/admin::mycaptoken';
export const PACKAGE = 'package::/apcera/pkg/os::ubuntu-14.04-apc3';

export interface Verdict {
  readonly verdict: 'allow' | 'deny' | 'unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly missing?: readonly string[];
  readonly explanation?: { readonly document: string; readonly line: number; readonly claim: string };
  readonly principal?: { readonly subject: string; readonly policies: readonly string[] };
  readonly freshness: string;
}

export interface ClaimJson {
  readonly issuer: string;
  readonly type: string;
  readonly value: string;
}

/** Whom the authentication server has named. */
export const called = (value: string): ClaimJson => ({ issuer: 'auth_server@apcera.me', type: 'name', value });

/** A document that applies to everybody. */
export function putDocument(api: AclApi, name: string, text: string): Promise<Reply> {
  return api.send('PUT', `/v1/policy/${name}`, { body: { name, text } });
}

export async function documentText(api: AclApi, name: string): Promise<string> {
  return json<{ text: string }>(succeeded(await api.send('GET', `/v1/policy/${name}`), `read ${name}`)).text;
}

/** A policy for those who hold it. */
export async function putPolicy(api: AclApi, name: string, rules: string): Promise<Reply> {
  return api.send('PUT', `/v1/acl/policy/${name}`, { body: { Name: name, Rules: rules } });
}

export async function authorize(api: AclApi, verb: string, resource: string, more: object = {}): Promise<Verdict> {
  const reply = await api.send('POST', '/v1/authorize', { body: { verb, resource, ...more } });
  if (reply.status !== 200 && reply.status !== 503) throw new Error(`authorize: ${reply.status} ${reply.text.slice(0, 300)}`);
  return json<Verdict>(reply);
}

/** May whoever has these claims do it? */
export const supposing = (api: AclApi, claims: readonly ClaimJson[], verb: string, resource: string): Promise<Verdict> => authorize(api, verb, resource, { claims });
