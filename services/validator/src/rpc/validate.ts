import type { validator } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { CallContext } from '@mintmark/kit/rpc';
import type { ValidatorContext } from '../context.ts';
import { AnswerQueue } from '../core/answer-queue.ts';
import { FRESH_WITHIN_MS, type Question, toResponse, verdict, verdictAtOnce } from '../core/verdict.ts';

const MAX_BATCH = 1_024;
/** Questions of one stream that wait for something at once; beyond it the stream is not read further. */
const MAX_WAITING = 256;

type Peer = Pick<CallContext, 'peer'>;

/** One verdict: at once where the cache has it. */
export function validate(ctx: ValidatorContext, request: validator.ValidateRequest, call: CallContext): validator.ValidateResponse | Promise<validator.ValidateResponse> {
  const question = questionOf(request, call);
  const known = verdictAtOnce(ctx, question);
  return known === undefined ? verdict(ctx, question, call.signal).then(toResponse) : toResponse(known);
}

/** Verdicts in the order of the requests; a malformed one refuses the batch and names its place. */
export function batchValidate(
  ctx: ValidatorContext,
  { requests }: validator.BatchValidateRequest,
  call: CallContext,
): validator.BatchValidateResponse | Promise<validator.BatchValidateResponse> {
  if (requests.length > MAX_BATCH) throw new Refusal('invalid_argument', `requests must be at most ${MAX_BATCH}, not ${requests.length}`);
  const responses = requests.map((request, at) => named(at, () => validate(ctx, request, call)));
  if (responses.every((response) => !(response instanceof Promise))) return { responses: responses as validator.ValidateResponse[] };
  return Promise.all(responses).then((all) => ({ responses: all }));
}

/** Verdicts as they come, each with its request's id; one that waits for something holds up no other. */
export async function* validateStream(
  ctx: ValidatorContext,
  requests: AsyncIterable<validator.ValidateStreamRequest>,
  call: CallContext,
): AsyncGenerator<validator.ValidateStreamResponse> {
  const answers = new AnswerQueue<validator.ValidateStreamResponse>(MAX_WAITING);
  const reading = answers.fill(requests, ({ id, request }) => {
    if (request === undefined) throw new Refusal('invalid_argument', `request ${id}: credential must be given`);
    const answer = named(id, () => validate(ctx, request, call));
    return answer instanceof Promise ? answer.then((response) => ({ id, response })) : { id, response: answer };
  });
  yield* answers;
  await reading;
}

function questionOf(request: validator.ValidateRequest, { peer }: Peer): Question {
  const { credential } = request;
  if (credential === undefined) throw new Refusal('invalid_argument', 'credential must be given: {"dialect":"acl","value":"..."}');
  return { dialect: credential.dialect, value: credential.value, freshness: request.freshness, waitMs: FRESH_WITHIN_MS, source: addressOf(peer) };
}

/** The peer's address without its port. */
function addressOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(':'));
}

function named<T>(at: number, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.code, `request ${at}: ${error.message}`, { cause: error });
    throw error;
  }
}
