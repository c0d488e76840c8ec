import type { replicator } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { api, CallEnded } from '@mintmark/kit/http';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../context.ts';
import type { ReplicatorConnection } from '../peers/replicator-client.ts';
import { operationsApi } from './api.ts';
import { callerOf } from './caller.ts';
import { notForYou } from './people/reader.ts';
import { type Answer, type Exchange, serve } from './people/serve.ts';

/**
 * `POST /v1/operator/verify`: the region's stores are compared, and its copy with the authority, what differs is repaired, and what was found is told. Needs a management token. What
 * takes longer than a request may goes on; whoever asks again joins it.
 */
export function registerVerify(app: FastifyInstance, ctx: ValidatorContext, replicator: ReplicatorConnection | undefined): void {
  const about = operationsApi("Compare the region's stores, and its copy with the authority, and repair what differs");
  app.post('/v1/operator/verify', api(about), (request, reply) => serve(request, reply, (exchange) => verify(ctx, replicator, exchange)));
}

async function verify(ctx: ValidatorContext, replicator: ReplicatorConnection | undefined, { request, signal }: Exchange): Promise<Answer> {
  const caller = await callerOf(ctx, request, signal);
  if (caller.type !== 'management') throw notForYou();
  if (replicator === undefined) throw new Refusal('unavailable', 'this region was not told where its replicator is: set MINTMARK_REPLICATOR');
  try {
    return { status: 200, json: verificationJson(await replicator.verify(signal)) };
  } catch (error) {
    if (!(error instanceof CallEnded)) throw error;
    throw new Refusal('unavailable', 'the comparison takes longer and goes on: ask again', { retryAfterMs: 1_000, cause: error });
  }
}

function verificationJson({ region, comparisons }: replicator.VerifyResponse) {
  return { region, comparisons: comparisons.map(({ problem, ...rest }) => ({ ...rest, problem: problem === '' ? null : problem })) };
}
