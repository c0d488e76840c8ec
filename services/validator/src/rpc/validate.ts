import { validator } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { CallContext } from '@mintmark/kit/rpc';
import type { ValidatorContext } from '../context.ts';
import { AnswerQueue } from '../core/answer-queue.ts';
import { allowedAtOnce, FRESH_WITHIN_MS, ownFreshness, type Question, toResponse, verdict, verdictAtOnce } from '../core/verdict.ts';
import { restsOn } from '../core/rests-on.ts';
import { placeIn } from '../core/long-calls.ts';
import { addressOf, named } from './asking.ts';
import { batchOf, type ResponseEncoder, streamedOf } from './encoded.ts';

const MAX_BATCH = 1_024;
/** Questions of one stream that wait for something at once; beyond it the stream is not read further. */
const MAX_WAITING = 256;

/** What verdicts stand on, and what makes messages of them. */
export interface Judging {
  readonly ctx: ValidatorContext;
  readonly encoder: ResponseEncoder;
}

/** One verdict as the bytes of a `ValidateResponse`: at once where the cache has it. */
export function validate({ ctx, encoder }: Judging, request: validator.ValidateRequest, call: CallContext): Buffer | Promise<Buffer> {
  const { credential, freshness, strict } = request;
  if (credential === undefined) throw new Refusal('invalid_argument', 'credential must be given: {"dialect":"acl","value":"..."}');
  const allowed = allowedAtOnce(ctx, credential, request);
  if (allowed !== undefined) return encoder.allowed(allowed);
  const question = { ...credential, freshness, strict, waitMs: FRESH_WITHIN_MS, peer: addressOf(call) } satisfies Question;
  const known = verdictAtOnce(ctx, question);
  return known === undefined ? verdict(ctx, question, call.signal).then((answer) => encoder.answer(answer)) : encoder.answer(known);
}

/** Verdicts in the order of the requests, as the bytes of a `BatchValidateResponse`; a malformed one refuses the batch and names its place. */
export function batchValidate(judging: Judging, { requests }: validator.BatchValidateRequest, call: CallContext): Buffer | Promise<Buffer> {
  if (requests.length > MAX_BATCH) throw new Refusal('invalid_argument', `requests must be at most ${MAX_BATCH}, not ${requests.length}`);
  const responses = requests.map((request, at) => named(at, () => validate(judging, request, call)));
  if (responses.every((response) => !(response instanceof Promise))) return batchOf(responses as Buffer[]);
  return Promise.all(responses).then(batchOf);
}

/** Verdicts as they come, as the bytes of `ValidateStreamResponse`s, each with its request's id; one that waits for something holds up no other. */
export async function* validateStream(judging: Judging, requests: AsyncIterable<validator.ValidateStreamRequest>, call: CallContext): AsyncGenerator<Buffer> {
  using _place = placeIn(judging.ctx.longCalls.verdicts, addressOf(call));
  const answers = new AnswerQueue<Buffer>(MAX_WAITING);
  const reading = answers.fill(requests, ({ id, request, restsOn: toKeep }) => {
    if (request === undefined) throw new Refusal('invalid_argument', `request ${id}: credential must be given`);
    if (toKeep) return named(id, () => validateToKeep(judging.ctx, id, request, call));
    const answer = named(id, () => validate(judging, request, call));
    return answer instanceof Promise ? answer.then((response) => streamedOf(id, response)) : streamedOf(id, answer);
  });
  yield* answers;
  await reading;
}

/**
 * A verdict with what it rests on, as it was when the question arrived: what changes afterwards is told by `WatchRevocations`. One by a proof is good once, and not to
 * be kept; nor is one that rests on what this region has not shown, and so may never tell of.
 */
async function validateToKeep(ctx: ValidatorContext, id: number, { credential, freshness, strict }: validator.ValidateRequest, call: CallContext): Promise<Buffer> {
  if (credential === undefined) throw new Refusal('invalid_argument', 'credential must be given: {"dialect":"acl","value":"..."}');
  const asOf = ownFreshness(ctx);
  const question = { ...credential, freshness, strict, waitMs: FRESH_WITHIN_MS, peer: addressOf(call) } satisfies Question;
  const answer = verdictAtOnce(ctx, question) ?? (await verdict(ctx, question, call.signal));
  const mayBeKept = credential.proof === undefined && answer.elsewhere === undefined;
  const marks = answer.verdict.verdict === 'allow' && mayBeKept ? restsOn(credential.value, answer.verdict.principal) : [];
  const response = toResponse({ ...answer, freshness: freshness === '' ? asOf : answer.freshness }, ctx.strictness.toldMs);
  return Buffer.from(validator.ValidateStreamResponse.encode({ id, response, restsOn: [...marks] }).finish());
}
