import type { JobAcl, LiveEntry, PolicyBody, PolicyVersionBody } from '@mintmark/domain';
import { type RulesJson, rulesJson } from './rules-json.ts';

interface JobAclJson {
  readonly Namespace: string;
  readonly JobID: string;
  readonly Group: string;
  readonly Task: string;
}

/** A policy as lists show it (specs 1.10). */
export interface PolicyStubJson {
  readonly Name: string;
  readonly Description: string;
  readonly JobACL: JobAclJson | null;
  /** Base64. */
  readonly Hash: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

/** A policy as single reads show it. */
export interface PolicyJson extends PolicyStubJson {
  readonly Rules: string;
  readonly RulesJSON: RulesJson | null;
}

/** A text of a policy as its history lists it. */
export interface PolicyVersionStubJson {
  readonly Version: number;
  /** `token:<AccessorID>`, or `system`. */
  readonly Author: string;
  readonly Time: string;
  readonly Description: string;
}

export interface PolicyVersionJson extends PolicyVersionStubJson {
  readonly Name: string;
  readonly Rules: string;
  readonly JobACL: JobAclJson | null;
}

/** A role; lists and single reads show the same (specs 1.11). */
export interface RoleJson {
  readonly ID: string;
  readonly Name: string;
  readonly Description: string;
  readonly Policies: readonly { readonly Name: string }[];
  readonly Hash: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export function policyStub({ record: { id, body, createIndex }, revision }: LiveEntry<'policy'>): PolicyStubJson {
  const { description, jobAcl, hash } = body;
  return { Name: id, Description: description, JobACL: jobAclJson(jobAcl), Hash: base64(hash), CreateIndex: createIndex, ModifyIndex: revision };
}

export function policyJson(policy: LiveEntry<'policy'>): PolicyJson {
  const { rules } = policy.record.body;
  return { ...policyStub(policy), Rules: rules, RulesJSON: rulesJson(rules) };
}

export function versionStub({ version, author, writtenAt, description }: PolicyBody | PolicyVersionBody): PolicyVersionStubJson {
  return { Version: version, Author: author, Time: writtenAt, Description: description };
}

export function versionJson(name: string, text: PolicyBody | PolicyVersionBody): PolicyVersionJson {
  return { Name: name, ...versionStub(text), Rules: text.rules, JobACL: jobAclJson(text.jobAcl) };
}

export function roleJson({ record: { id, body, createIndex }, revision }: LiveEntry<'role'>): RoleJson {
  const { name, description, policies, hash } = body;
  const links = policies.map((policy) => ({ Name: policy }));
  return { ID: id, Name: name, Description: description, Policies: links, Hash: base64(hash), CreateIndex: createIndex, ModifyIndex: revision };
}

function jobAclJson(jobAcl: JobAcl | null): JobAclJson | null {
  return jobAcl === null ? null : { Namespace: jobAcl.namespace, JobID: jobAcl.jobId, Group: jobAcl.group, Task: jobAcl.task };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
