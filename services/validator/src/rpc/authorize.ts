import { validator } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { CallContext } from '@mintmark/kit/rpc';
import type { Explanation } from '@mintmark/policy';
import type { ValidatorContext } from '../context.ts';
import { type Authorization, type AuthorizationAnswer, type AuthorizeQuestion, authorization, authorizationAtOnce } from '../core/authorize.ts';
import { principalToWire } from '../core/principal.ts';
import { FRESH_WITHIN_MS } from '../core/verdict.ts';
import { addressOf, named } from './asking.ts';

const MAX_BATCH = 1_024;

/** One decision: at once where it can be told from memory. */
export function authorize(ctx: ValidatorContext, request: validator.AuthorizeRequest, call: CallContext): validator.AuthorizeResponse | Promise<validator.AuthorizeResponse> {
  const { credential, verb, resource, context, freshness, strict } = request;
  if (credential === undefined) throw new Refusal('invalid_argument', 'credential must be given: {"dialect":"acl","value":"..."}');
  const question = { ...credential, verb, resource, context, freshness, strict, waitMs: FRESH_WITHIN_MS, peer: addressOf(call) } satisfies AuthorizeQuestion;
  const known = authorizationAtOnce(ctx, question);
  return known === undefined ? authorization(ctx, question, call.signal).then((answer) => toResponse(ctx, answer)) : toResponse(ctx, known);
}

/** Decisions in the order of the requests; a malformed one refuses the batch and names its place. */
export async function batchAuthorize(
  ctx: ValidatorContext,
  { requests }: validator.BatchAuthorizeRequest,
  call: CallContext,
): Promise<validator.BatchAuthorizeResponse> {
  if (requests.length > MAX_BATCH) throw new Refusal('invalid_argument', `requests must be at most ${MAX_BATCH}, not ${requests.length}`);
  return { responses: await Promise.all(requests.map((request, at) => named(at, () => authorize(ctx, request, call)))) };
}

const VERDICTS = {
  allow: validator.Verdict.VERDICT_ALLOW,
  deny: validator.Verdict.VERDICT_DENY,
  unknown: validator.Verdict.VERDICT_UNKNOWN,
} as const;

function toResponse({ strictness }: ValidatorContext, { authorization: answer, freshness }: AuthorizationAnswer): validator.AuthorizeResponse {
  return {
    verdict: VERDICTS[answer.verdict],
    reason: 'reason' in answer ? answer.reason : '',
    message: 'message' in answer ? answer.message : '',
    missing: 'missing' in answer ? [...answer.missing] : [],
    explanation: 'explanation' in answer ? explanationOf(answer.explanation) : undefined,
    principal: principalIn(answer),
    freshness,
    stalenessMs: strictness.toldMs,
  };
}

function explanationOf({ because, ...claim }: Explanation): validator.Explanation {
  return { ...claim, because: because.map((one) => ({ ...one, because: [] })) };
}

function principalIn(answer: Authorization): validator.Principal | undefined {
  return 'principal' in answer && answer.principal !== undefined ? principalToWire(answer.principal) : undefined;
}
