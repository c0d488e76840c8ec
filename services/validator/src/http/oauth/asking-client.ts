import type { oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { type ClientEntry, isSecretOf } from '@mintmark/oauth';
import type { FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { settle } from './grant.ts';

/** The client that asks, which has proved who it is. Throws the failure `invalid_client`, `TooMany`, and the refusal `unavailable`. */
export async function askingClient(ctx: ValidatorContext, request: FastifyRequest, given: oauth.ClientAuthentication, signal: AbortSignal): Promise<ClientEntry> {
  const { memory, tokens } = ctx.oauth;
  if (!memory.currentAtOnce && !(await memory.current(signal))) throw new Refusal('unavailable', 'the region cannot tell its clients now', { retryAfterMs: 1_000 });
  const client = bySecret(ctx, given) ?? (await byIssuer(ctx, request, given, signal));
  if (client === undefined || !client.record.body.enabled || tokens.shown.organization(client.record.body.organization) === undefined) {
    await settle(ctx, request, { error: 'invalid_client', description: 'the client is unknown or disabled, or its authentication is wrong' });
    throw new Refusal('internal', 'internal error');
  }
  return client;
}

function bySecret(ctx: ValidatorContext, { clientId, clientSecret }: oauth.ClientAuthentication): ClientEntry | undefined {
  const client = ctx.oauth.tokens.shown.clientCalled(clientId);
  return isSecretOf(client?.record.body, clientSecret) ? client : undefined;
}

/** An assertion is used up by being shown, which only an issuer can note; and it knows of secrets that this region has not heard of yet. */
async function byIssuer(ctx: ValidatorContext, request: FastifyRequest, given: oauth.ClientAuthentication, signal: AbortSignal): Promise<ClientEntry | undefined> {
  const { id } = await ctx.oauth.issuer.authenticateClient({ client: given }, { requestId: request.id, signal });
  return id === '' ? undefined : ctx.oauth.tokens.shown.client(id);
}
