import type { issuer } from '@mintmark/contract';
import { policyVersionId, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';
import { feltHere } from '../core/felt-here.ts';
import { appliesOf, mayChange, type NewText, standing } from '../core/policies.ts';
import { mayRestoreHeld } from '../core/policy-rights.ts';
import { readById } from '../core/reading.ts';
import { workloadCaller } from '../core/workload/caller.ts';
import { putPolicy } from './upsert-policy.ts';

/** Writes a past text of a policy again, as a new one; also of a policy that was deleted since. Always decided by the authority. */
export async function restorePolicy(ctx: IssuerContext, request: issuer.RestorePolicyRequest, call: IssuerCall): Promise<issuer.PolicyWritten> {
  if (ctx.authority !== undefined) {
    const written = await ctx.authority.restorePolicy(request, call);
    await feltHere(ctx, written.written?.freshness, call.signal);
    return written;
  }
  const { name, version } = request;
  await (appliesOf(request) === 'everyone' ? workloadCaller(ctx, call) : mayRestoreHeld(ctx, call, name));
  const { description, rules, jobAcl, applies } = await textOf(ctx, name, version, call.signal);
  mayChange(name, { applies, system: false }, appliesOf(request));
  return putPolicy(ctx, name, { description, rules, jobAcl, applies }, call);
}

async function textOf(ctx: IssuerContext, name: string, version: number, signal: AbortSignal): Promise<NewText> {
  const { policy } = await standing(ctx, name, signal);
  if (policy?.record.body.version === version) return policy.record.body;
  const past = await readById(ctx, 'policy_version', policyVersionId(name, version), signal);
  if (past === undefined) throw new Refusal('not_found', `ACL policy version not found: no text ${version} of ${JSON.stringify(name)} is kept`);
  return past.record.body;
}
