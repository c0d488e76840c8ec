import type { PolicyBody, PolicyVersionBody } from './records.ts';

/** How many texts of a policy are kept, the present one among them. */
export const KEPT_POLICY_VERSIONS = 50;

/** The record id of a past text. Names have no dots, so no two pairs share one. */
export function policyVersionId(name: string, version: number): string {
  return `${name}.${version}`;
}

/** What the ids of all past texts of a policy start with. */
export function policyVersionPrefix(name: string): string {
  return `${name}.`;
}

/** The present text as one among those of its policy. */
export function policyVersionOf(name: string, body: PolicyBody): PolicyVersionBody {
  const { system: _, hash: __, ...text } = body;
  return { name, ...text };
}
