import type { issuer } from '@mintmark/contract';
import { invalid, policyProblems, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';
import { decide } from '../core/commit.ts';
import { feltHere } from '../core/felt-here.ts';
import { appliesOf, mayChange, type NewText, policyWritten, standing, writePolicy } from '../core/policies.ts';
import { mayWritePolicy } from '../core/policy-rights.ts';
import { rulesProblem } from '../core/rules.ts';

/** Writes a policy, whether there is one of its name or not (specs 1.10). Always decided by the authority. */
export async function upsertPolicy(ctx: IssuerContext, request: issuer.UpsertPolicyRequest, call: IssuerCall): Promise<issuer.PolicyWritten> {
  const { policy: input } = request;
  if (input === undefined) throw new Refusal('invalid_argument', 'policy must be given');
  if (ctx.authority !== undefined) {
    const written = await ctx.authority.upsertPolicy(request, call);
    await feltHere(ctx, written.written?.freshness, call.signal);
    return written;
  }
  const { name, description, rules, jobAcl = null } = input;
  return putPolicy(ctx, name, { description, rules, jobAcl, applies: appliesOf(request) }, call);
}

/** Writes a text under a name on the caller's behalf. */
export async function putPolicy(ctx: IssuerContext, name: string, text: NewText, call: IssuerCall): Promise<issuer.PolicyWritten> {
  return decide(ctx, call.signal, async () => {
    const before = await standing(ctx, name, call.signal);
    const present = before.policy?.record.body;
    const by = await mayWritePolicy(ctx, call, { name, present, text });
    mayChange(name, present, text.applies);
    const problems = policyProblems({ name, ...text, rulesProblem: rulesProblem(text) });
    if (problems.length > 0) throw invalid('policy', problems);
    const written = await writePolicy(ctx, { name, text, before, author: by.subject }, call.signal);
    const { index } = written.committed;
    const change = present === undefined ? 'created' : 'updated';
    ctx.events.grantWritten({ requestId: call.requestId, kind: 'policy', id: name, by: by.token.record.id, index, change });
    return policyWritten(written);
  });
}
