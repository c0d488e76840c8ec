import { type oauth, personCredential } from '@mintmark/contract';
import { clientResource, Refusal } from '@mintmark/domain';
import type { OrganizationEntry } from '@mintmark/oauth';
import type { FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import type { IssuerCall } from '../../core/types.ts';
import { readerOf } from '../people/reader.ts';
import { type Exchange, tokenCall } from '../people/serve.ts';
import { basicOf } from './fields.ts';
import { ProtocolFailure } from './protocol.ts';

/** Whoever administrates clients: somebody by `Basic user@account`, or a token. */
export interface ClientAdministrator {
  /** The account that the person has named; `undefined` for none, and for tokens. */
  readonly account: string | undefined;
  /** The call to the issuer on its behalf. */
  readonly call: IssuerCall;
  /** Which of the clients of these names in the account it may read, in their order; none in an account that does not exist. Whoever asks is known then. */
  mayRead(organization: OrganizationEntry | undefined, names: readonly string[]): Promise<readonly boolean[]>;
}

export async function clientAdministrator(ctx: ValidatorContext, exchange: Exchange): Promise<ClientAdministrator> {
  const person = personIn(exchange.request);
  if (person === undefined) return byToken(ctx, exchange);
  const { username, password, account } = person;
  const call = { credential: personCredential({ kind: 'basic', username, password, account }), requestId: exchange.request.id, signal: exchange.signal };
  return {
    account,
    call,
    mayRead: (organization, names) =>
      permitted(ctx, { organization: organization?.record.id ?? '', names: [...names], verb: 'read', source: exchange.request.ip }, call),
  };
}

async function byToken(ctx: ValidatorContext, exchange: Exchange): Promise<ClientAdministrator> {
  return {
    account: undefined,
    call: tokenCall(exchange),
    async mayRead(organization, names) {
      const reader = await readerOf(ctx, exchange);
      return names.map((name) => reader.mayRead(clientResource(organization?.record.body.alias ?? '', name)));
    },
  };
}

async function permitted(ctx: ValidatorContext, request: oauth.MayKeepClientsRequest, call: IssuerCall): Promise<readonly boolean[]> {
  try {
    return (await ctx.oauth.issuer.mayKeepClients(request, call)).permitted;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'permission_denied') return request.names.map(() => false);
    throw error;
  }
}

interface Person {
  readonly username: string;
  readonly password: string;
  readonly account: string;
}

/** `user@account`: the last `@` divides. */
function personIn(request: FastifyRequest): Person | undefined {
  try {
    const basic = basicOf(request);
    if (basic === undefined || request.headers['x-nomad-token'] !== undefined) return undefined;
    const at = basic.user.lastIndexOf('@');
    if (at <= 0) throw new Refusal('unauthenticated', 'Authorization: Basic must be that of user@account');
    return { username: basic.user.slice(0, at), password: basic.password, account: basic.user.slice(at + 1) };
  } catch (error) {
    if (error instanceof ProtocolFailure) throw new Refusal('unauthenticated', error.message);
    throw error;
  }
}
