import type { oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { type ClientKey, createAssertionVerifier, readClientKeys } from '@mintmark/keys/assertions';
import { deadline } from '@mintmark/kit/lifecycle';
import { type ClientEntry, isSecretOf, type OrganizationEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import { usedOnce } from './denials.ts';

/** A client that has proved who it is. */
export interface KnownClient {
  readonly client: ClientEntry;
  readonly organization: OrganizationEntry;
}

const SETTLED_WITHIN_MS = 2_000;
/** How far ahead an assertion may expire, and how far its maker's clock may be ahead. */
const ASSERTION_LIFETIME_MS = 300_000;
const EARLY_MS = 30_000;

/**
 * The enabled client that a request authenticates; `undefined` where it is nobody's authentication. A region that is behind the authority catches up
 * before it says so (P6), whether it is the client or its secret that it does not know: how long the answer takes tells nobody which clients there are. Throws the refusal `unavailable` where the region cannot tell.
 */
export async function authenticated(ctx: IssuerContext, given: oauth.ClientAuthentication | undefined, signal: AbortSignal): Promise<KnownClient | undefined> {
  await factsKnown(ctx, signal);
  const { catchUp } = ctx.oauth;
  const attempt = async (): Promise<KnownClient | undefined> => {
    if (given === undefined) return undefined;
    return given.clientAssertion === '' ? bySecret(ctx, given) : byAssertion(ctx, given, signal);
  };
  const found = await attempt();
  if (found !== undefined || catchUp === undefined || given === undefined) return found;
  await catchUp.once();
  return attempt();
}

async function factsKnown(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  using bound = deadline(ctx.world.timers, SETTLED_WITHIN_MS, signal);
  try {
    await ctx.oauth.tokens.whenSettled(bound.signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new Refusal('unavailable', "the region's clients cannot be read now", { retryAfterMs: 1_000, cause });
  }
}

function bySecret(ctx: IssuerContext, { clientId, clientSecret }: oauth.ClientAuthentication): KnownClient | undefined {
  const client = ctx.oauth.tokens.shown.clientCalled(clientId);
  return isSecretOf(client?.record.body, clientSecret) ? known(ctx, client) : undefined;
}

async function byAssertion(ctx: IssuerContext, { clientId, clientAssertion }: oauth.ClientAuthentication, signal: AbortSignal): Promise<KnownClient | undefined> {
  const { tokens } = ctx.oauth;
  const { issuer } = tokens.settings;
  const verify = createAssertionVerifier({
    audiences: [issuer, `${issuer}/oauth2/token`],
    skew: { earlyMs: EARLY_MS, lateMs: 0 },
    maxLifetimeMs: ASSERTION_LIFETIME_MS,
    replay: usedOnce(ctx, signal),
    keysOf: (called) => keysOf(tokens.shown.clientCalled(called)),
  });
  const result = await verify(clientAssertion, ctx.world.clock.now(), clientId === '' ? undefined : clientId);
  return result.ok ? known(ctx, tokens.shown.clientCalled(result.clientId)) : undefined;
}

function known(ctx: IssuerContext, client: ClientEntry | undefined): KnownClient | undefined {
  const organization = client === undefined ? undefined : ctx.oauth.tokens.shown.organization(client.record.body.organization);
  return client === undefined || organization === undefined || !client.record.body.enabled ? undefined : { client, organization };
}

const read = new WeakMap<ClientEntry, readonly ClientKey[]>();

function keysOf(client: ClientEntry | undefined): readonly ClientKey[] | undefined {
  const jwks = client?.record.body.jwks ?? '';
  if (client === undefined || jwks === '') return undefined;
  let keys = read.get(client);
  if (keys === undefined) {
    const set = readClientKeys(JSON.parse(jwks));
    keys = set.ok ? set.keys : [];
    read.set(client, keys);
  }
  return keys;
}
