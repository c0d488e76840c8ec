import { statusOf, type validator } from '@mintmark/contract';
import { bidiStream, fastUnary, serverStream, unary } from '@mintmark/kit/rpc';
import type { ValidatorContext } from '../context.ts';
import { getToken, listTokens } from './tokens.ts';
import { batchValidate, validate, validateStream } from './validate.ts';
import { watch } from './watch.ts';

/** Callers of the public surface need not know deadlines. */
const DEADLINE_MS = 10_000;

/** The validator's gRPC surface. */
export function validatorServer(ctx: ValidatorContext): validator.ValidatorServer {
  const options = { toStatus: statusOf, defaultDeadlineMs: DEADLINE_MS };
  return {
    validate: fastUnary(options, (call) => validate(ctx, call.request, call)),
    batchValidate: fastUnary(options, (call) => batchValidate(ctx, call.request, call)),
    validateStream: bidiStream({ toStatus: statusOf }, (call, requests) => validateStream(ctx, requests, call)),
    getToken: unary(options, (call) => getToken(ctx, call.request, call)),
    listTokens: unary(options, (call) => listTokens(ctx, call.request, call)),
    watch: serverStream({ toStatus: statusOf }, (call) => watch(ctx, call.request, call)),
  };
}
