import type { JobAcl } from './records.ts';

/** The longest description of a policy or a role: bytes of its UTF-8 form. */
const MAX_DESCRIPTION_BYTES = 256;

const NAME = /^[a-zA-Z0-9-]{1,128}$/;

/** A policy as it is asked for. */
export interface PolicyDraft {
  readonly name: string;
  readonly description: string;
  readonly jobAcl: JobAcl | null;
  /** What is wrong with its rules; `undefined` for nothing. */
  readonly rulesProblem: string | undefined;
}

/** A role as it is asked for. */
export interface RoleDraft {
  readonly name: string;
  readonly description: string;
  readonly policies: readonly string[];
}

/** Nomad's rules for a policy (specs 1.10), in its order and words; empty when it is valid. */
export function policyProblems({ name, description, jobAcl, rulesProblem }: PolicyDraft): string[] {
  const problems = nameProblems(name);
  if (rulesProblem !== undefined) problems.push(`failed to parse rules: ${rulesProblem}`);
  problems.push(...descriptionProblems(description));
  if (jobAcl === null) return problems;
  const { namespace, jobId, group, task } = jobAcl;
  if (jobId !== '' && namespace === '') problems.push('namespace must be set to set job ID');
  if (group !== '' && jobId === '') problems.push('job ID must be set to set group');
  if (task !== '' && group === '') problems.push('group must be set to set task');
  return problems;
}

/** Nomad's rules for a role (specs 1.11), in its order and words; empty when it is valid. */
export function roleProblems({ name, description, policies }: RoleDraft): string[] {
  const problems = [...nameProblems(name), ...descriptionProblems(description)];
  if (policies.length === 0) problems.push('at least one policy should be specified');
  return problems;
}

/** Whether a policy or a role may have this name. */
export function isGrantName(name: string): boolean {
  return NAME.test(name);
}

function nameProblems(name: string): string[] {
  return isGrantName(name) ? [] : [`invalid name '${name}'`];
}

function descriptionProblems(description: string): string[] {
  return Buffer.byteLength(description, 'utf8') > MAX_DESCRIPTION_BYTES ? [`description longer than ${MAX_DESCRIPTION_BYTES}`] : [];
}
