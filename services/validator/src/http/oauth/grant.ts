import type { oauth } from '@mintmark/contract';
import type { FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { ProtocolFailure, TooMany } from './protocol.ts';

/** Asks the region's issuer for a token, within what the source and the client may ask for. Throws `ProtocolFailure`, `TooMany` and `Refusal`. */
export async function grantFor(
  ctx: ValidatorContext,
  request: FastifyRequest,
  asked: Omit<oauth.GrantRequest, 'proof'>,
  signal: AbortSignal,
): Promise<oauth.GrantResponse> {
  await withinSource(ctx, request);
  const proof = proofOf(request);
  const answer = await ctx.oauth.issuer.grant({ ...asked, proof }, { requestId: request.id, signal });
  await settle(ctx, request, answer.error);
  await stop(ctx.oauth.limits.served(answer.clientId));
  return answer;
}

/** Throws `TooMany` where the source asks too often. */
export async function withinSource(ctx: ValidatorContext, request: FastifyRequest): Promise<void> {
  await stop(ctx.oauth.limits.asked(request.ip));
}

/** Throws the error that the issuer answered with; too many failures of one source are told to wait instead. */
export async function settle(ctx: ValidatorContext, request: FastifyRequest, error: oauth.ProtocolError | undefined): Promise<void> {
  if (error === undefined) return;
  if (error.error === 'invalid_client') await stop(ctx.oauth.limits.failed(request.ip));
  throw new ProtocolFailure(error.error, error.description);
}

async function stop(limited: Promise<number | undefined>): Promise<void> {
  const retryAfterMs = await limited;
  if (retryAfterMs !== undefined) throw new TooMany(retryAfterMs);
}

function proofOf(request: FastifyRequest): oauth.Proof | undefined {
  const { dpop } = request.headers;
  if (dpop === undefined) return undefined;
  if (typeof dpop !== 'string' || dpop.includes(',')) throw new ProtocolFailure('invalid_dpop_proof', 'the header DPoP must come once');
  return { dpop, method: request.method, uri: uriOf(request) };
}

/** The URI as the client addressed it. */
export function uriOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}${request.url}`;
}

