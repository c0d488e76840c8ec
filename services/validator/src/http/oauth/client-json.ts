import type { oauth } from '@mintmark/contract';
import { formatTime, instantOf, Refusal } from '@mintmark/domain';
import type { ClientEntry, OrganizationEntry } from '@mintmark/oauth';
import { type JsonObject, textOf } from '../json-body.ts';
import { notBeforeJson, notBeforeOf } from '../not-before.ts';

/** A client as administrators see it: no secret, no token (seed AD-06, AD-42). */
export function clientJson({ revision, record: { id, createIndex, body } }: ClientEntry, organization: OrganizationEntry, now: number) {
  const { name, description, defaultExpirationSeconds, roles, secrets, enabled, notBefore, jwks, dpop, temporaryJti, temporaryExpiresAt, createTime } = body;
  const current = temporaryJti !== '' && temporaryExpiresAt > now;
  return {
    ...{ id, name, account: organization.record.body.alias, description, defaultExpirationSeconds, roles, enabled, dpop },
    jwks: jwks === '' ? null : (JSON.parse(jwks) as unknown),
    notBefore: notBeforeJson(notBefore),
    secrets: secrets.map((secret) => ({ createTime: secret.createTime })),
    temporaryToken: current ? { expiresAt: timeOf(temporaryExpiresAt) } : null,
    ...{ createTime, createIndex, modifyIndex: revision },
  };
}

/** The members of a body that administrators may give; all others are refused by name, so that none is taken for heard. Throws `invalid_argument`. */
export function clientIn(body: JsonObject): oauth.ClientInput {
  for (const name of Object.keys(body)) if (!KNOWN.has(name)) throw new Refusal('invalid_argument', `${JSON.stringify(name.slice(0, 64))} is no member of an API client`);
  const text = (name: string): string | undefined => (body[name] === undefined ? undefined : textOf(body, name));
  const flag = (name: string): boolean | undefined => flagOf(body, name);
  const expiration = body.defaultExpirationSeconds;
  if (expiration !== undefined && !Number.isSafeInteger(expiration)) throw new Refusal('invalid_argument', 'defaultExpirationSeconds must be a whole number of seconds');
  if (typeof expiration === 'number' && expiration < 0) throw new Refusal('invalid_argument', 'defaultExpirationSeconds must be at least 1');
  return defined({
    name: text('name'),
    description: text('description'),
    defaultExpirationSeconds: expiration as number | undefined,
    roles: rolesOf(body),
    rolesPresent: body.roles !== undefined,
    enabled: flag('enabled'),
    dpop: flag('dpop'),
    notBefore: notBeforeOf(body),
    jwks: jwksOf(body),
  });
}

/** What a client is shown with may be sent back; it says nothing. */
const KNOWN = new Set([
  ...['name', 'description', 'defaultExpirationSeconds', 'roles', 'enabled', 'dpop', 'notBefore', 'jwks'],
  ...['id', 'account', 'secrets', 'temporaryToken', 'createTime', 'createIndex', 'modifyIndex'],
]);

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}

function rolesOf({ roles }: JsonObject): string[] {
  if (roles === undefined) return [];
  if (!Array.isArray(roles) || !roles.every((role): role is string => typeof role === 'string')) throw new Refusal('invalid_argument', 'roles must be a list of names');
  return roles;
}

export function flagOf(body: JsonObject, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new Refusal('invalid_argument', `${name} must be true or false`);
}

function jwksOf({ jwks }: JsonObject): string | undefined {
  if (jwks === undefined) return undefined;
  return jwks === null ? '' : JSON.stringify(jwks);
}

function timeOf(ms: number): string {
  return formatTime(instantOf(ms));
}
