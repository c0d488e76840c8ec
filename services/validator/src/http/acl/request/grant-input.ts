import type { issuer } from '@mintmark/contract';
import { jsonOf } from './json.ts';
import { Members, mustBe } from './members.ts';

/** The policy that a write asks for (specs 1.10). What it may ask for is the issuer's to decide. Throws `Refusal` `invalid_argument`. */
export function policyInputOf(body: Uint8Array): issuer.PolicyInput {
  const members = new Members(jsonOf(body), 'request body');
  checkIgnored(members);
  return {
    name: members.string('Name') ?? '',
    description: members.string('Description') ?? '',
    rules: members.string('Rules') ?? '',
    jobAcl: jobAclOf(members.object('JobACL')),
  };
}

/** The role that a write asks for (specs 1.11). */
export function roleInputOf(body: Uint8Array): issuer.RoleInput {
  const members = new Members(jsonOf(body), 'request body');
  checkIgnored(members);
  return {
    id: members.string('ID') ?? '',
    name: members.string('Name') ?? '',
    description: members.string('Description') ?? '',
    policies: (members.objects('Policies') ?? []).map((link) => link.string('Name') ?? ''),
  };
}

/** The number of the text that a restore asks for. */
export function versionInputOf(body: Uint8Array): number {
  const version = new Members(jsonOf(body), 'request body').count('Version');
  if (version === undefined || version === 0 || version > MAX_VERSION) throw mustBe('Version', `a whole number from 1 to ${MAX_VERSION}`);
  return version;
}

const MAX_VERSION = 2 ** 32 - 1;

function jobAclOf(members: Members | undefined): issuer.PolicyInput['jobAcl'] {
  if (members === undefined) return undefined;
  const [namespace = '', jobId = '', group = '', task = ''] = ['Namespace', 'JobID', 'Group', 'Task'].map((name) => members.string(name));
  return { namespace, jobId, group, task };
}

/** Members that a read shows and a write takes no notice of, as long as they are of their type. */
function checkIgnored(members: Members): void {
  members.string('Hash');
  members.count('CreateIndex');
  members.count('ModifyIndex');
}
