import type { issuer } from '@mintmark/contract';
import { parseDuration, parseTime, Refusal } from '@mintmark/domain';
import { jsonOf } from './json.ts';
import { Members, mustBe } from './members.ts';

/** 104 days: whole nanoseconds beyond it are no exact JSON numbers. */
const MAX_TTL = BigInt(Number.MAX_SAFE_INTEGER);

/** The token that a create, update or upload asks for (specs 1.3). What it may ask for is the issuer's to decide. Throws `Refusal` `invalid_argument`. */
export function tokenInputOf(body: Uint8Array): issuer.TokenInput {
  const members = new Members(jsonOf(body), 'request body');
  const policies = members.strings('Policies');
  checkIgnored(members);
  return {
    accessorId: members.string('AccessorID') ?? '',
    secretId: members.string('SecretID') ?? '',
    name: members.string('Name') ?? '',
    type: members.string('Type') ?? '',
    policies: policies ?? [],
    policiesPresent: policies !== undefined,
    roles: (members.objects('Roles') ?? []).map((role) => ({ id: role.string('ID') ?? '', name: role.string('Name') ?? '' })),
    global: members.boolean('Global'),
    expirationTime: timeOf(members, 'ExpirationTime'),
    expirationTtl: ttlOf(members.raw('ExpirationTTL')),
    createTime: timeOf(members, 'CreateTime'),
  };
}

/** Members that a read shows and a write takes no notice of, as long as they are of their type. */
function checkIgnored(members: Members): void {
  members.string('Hash');
  members.count('CreateIndex');
  members.count('ModifyIndex');
}

function timeOf(members: Members, name: string): string {
  const text = members.string(name);
  if (text === undefined) return '';
  if (parseTime(text) === undefined) throw mustBe(name, 'an RFC 3339 time such as 2030-01-02T15:04:05Z');
  return text;
}

/** Nanoseconds, from a number of them or from Go's duration syntax; `undefined` for none. */
function ttlOf(value: unknown): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'number' && Number.isInteger(value)) return boundedTtl(BigInt(value));
  if (typeof value !== 'string') throw mustBe('ExpirationTTL', 'a duration such as "10h" or "1h30m", or a whole number of nanoseconds');
  const parsed = parseDuration(value.toWellFormed());
  if (!parsed.ok) throw new Refusal('invalid_argument', `${parsed.problem}: ExpirationTTL must be a duration such as 10h or 1h30m`);
  return boundedTtl(parsed.ns);
}

function boundedTtl(ns: bigint): number {
  if (ns > MAX_TTL || ns < -MAX_TTL) throw mustBe('ExpirationTTL', 'at most 2501h');
  return Number(ns);
}
