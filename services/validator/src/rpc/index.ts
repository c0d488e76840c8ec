import { statusOf, validator } from '@mintmark/contract';
import { bidiStream, fastUnary, type RpcService, serverStream, unary } from '@mintmark/kit/rpc';
import type { ValidatorContext } from '../context.ts';
import { authorize, batchAuthorize } from './authorize.ts';
import { ResponseEncoder } from './encoded.ts';
import { getToken, listTokens } from './tokens.ts';
import { batchValidate, validate, validateStream } from './validate.ts';
import { watch } from './watch.ts';
import { RevocationFeed } from './watch-revocations.ts';

/** Callers of the public surface need not know deadlines. */
const DEADLINE_MS = 10_000;

/** The validator's gRPC surface. Verdicts and events come as bytes: their messages are not encoded once more. */
export function validatorService(ctx: ValidatorContext): RpcService {
  const options = { toStatus: statusOf, defaultDeadlineMs: DEADLINE_MS };
  const judging = { ctx, encoder: new ResponseEncoder(ctx) };
  const revocations = new RevocationFeed(ctx);
  return {
    definition: {
      ...validator.ValidatorService,
      validate: { ...validator.ValidatorService.validate, responseSerialize: asTheyAre },
      batchValidate: { ...validator.ValidatorService.batchValidate, responseSerialize: asTheyAre },
      validateStream: { ...validator.ValidatorService.validateStream, responseSerialize: asTheyAre },
      watch: { ...validator.ValidatorService.watch, responseSerialize: asTheyAre },
    },
    implementation: {
      validate: fastUnary<validator.ValidateRequest, Buffer>(options, (call) => validate(judging, call.request, call)),
      batchValidate: fastUnary<validator.BatchValidateRequest, Buffer>(options, (call) => batchValidate(judging, call.request, call)),
      validateStream: bidiStream<validator.ValidateStreamRequest, Buffer>({ toStatus: statusOf }, (call, requests) => validateStream(judging, requests, call)),
      authorize: fastUnary<validator.AuthorizeRequest, validator.AuthorizeResponse>(options, (call) => authorize(ctx, call.request, call)),
      batchAuthorize: unary<validator.BatchAuthorizeRequest, validator.BatchAuthorizeResponse>(options, (call) => batchAuthorize(ctx, call.request, call)),
      getToken: unary<validator.GetTokenRequest, validator.GetTokenResponse>(options, (call) => getToken(ctx, call.request, call)),
      listTokens: unary<validator.ListTokensRequest, validator.ListTokensResponse>(options, (call) => listTokens(ctx, call.request, call)),
      watch: serverStream<validator.WatchRequest, Buffer>({ toStatus: statusOf }, (call) => watch(ctx, call.request, call)),
      watchRevocations: bidiStream<validator.WatchRevocationsRequest, validator.RevocationsEvent>({ toStatus: statusOf }, (call, requests) => revocations.watch(requests, call)),
    },
  };
}

function asTheyAre(bytes: Buffer): Buffer {
  return bytes;
}
