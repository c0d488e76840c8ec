import { expect } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { root } from './client.ts';

/** The name of a new role that may read the applications of an account. */
export function roleThatReads(f: Fixture, account: string): Promise<string> {
  return roleFor(f, `application::/${account} { { permit read } }`);
}

/** The name of a new ACL role whose policy says this. */
export async function roleFor(f: Fixture, rules: string): Promise<string> {
  const name = named('r');
  for (const [path, body] of [
    [`/v1/acl/policy/${name}`, { Name: name, Rules: rules }],
    ['/v1/acl/role', { Name: name, Policies: [{ Name: name }] }],
  ] as const) {
    const reply = await f.us.call('POST', path, { token: root(f.us), body });
    expect(reply.status, reply.text).toBe(200);
  }
  return name;
}
