/** Objects of the `acl` API, as far as the command line shows them. */

export interface RoleLinkJson {
  readonly ID?: string;
  readonly Name?: string;
}

export interface TokenStubJson {
  readonly AccessorID: string;
  readonly Name: string;
  readonly Type: string;
  readonly Policies: readonly string[] | null;
  readonly Roles: readonly RoleLinkJson[] | null;
  readonly Global: boolean;
  readonly CreateTime: string;
  readonly ExpirationTime: string | null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface TokenJson extends TokenStubJson {
  readonly SecretID: string;
  /** Go's duration syntax; empty for none. */
  readonly ExpirationTTL: string;
}

export interface JobAclJson {
  readonly Namespace: string;
  readonly JobID: string;
  readonly Group: string;
  readonly Task: string;
}

export interface PolicyStubJson {
  readonly Name: string;
  readonly Description: string;
  readonly JobACL?: JobAclJson | null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface PolicyJson extends PolicyStubJson {
  readonly Rules: string;
}

export interface RoleJson {
  readonly ID: string;
  readonly Name: string;
  readonly Description: string;
  readonly Policies: readonly { readonly Name: string }[] | null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

/** Members in the order of Nomad's own client; what it does not have is not shown. */
export const TOKEN_MEMBERS = [
  'AccessorID', 'SecretID', 'Name', 'Type', 'Policies', 'Roles', 'Global', 'CreateTime', 'ExpirationTime', 'ExpirationTTL', 'CreateIndex', 'ModifyIndex',
] as const;
export const POLICY_MEMBERS = ['Name', 'Description', 'Rules', 'JobACL', 'CreateIndex', 'ModifyIndex'] as const;
export const ROLE_MEMBERS = ['ID', 'Name', 'Description', 'Policies', 'CreateIndex', 'ModifyIndex'] as const;
