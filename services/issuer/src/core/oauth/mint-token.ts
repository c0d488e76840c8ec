import { Refusal } from '@mintmark/domain';
import { signAccessToken } from '@mintmark/keys/jwt';
import { API_CLIENT, type ClientEntry, notBeforeOf, type OrganizationEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';

/** What a token is to say, beside whose it is. */
export interface TokenRequest {
  readonly client: ClientEntry;
  readonly organization: OrganizationEntry;
  readonly lifetimeSeconds: number;
  /** Default: this service. */
  readonly audience?: readonly string[];
  /** Roles that it is limited to; absent: all that its client has when it is used. */
  readonly scope?: string | undefined;
  /** Thumbprint of the key that it is bound to. */
  readonly jkt?: string | undefined;
  /** Seconds since the epoch beyond which it must not live. */
  readonly notAfter?: number;
  /** `jti` of the tokens that it was exchanged for: it ends with each of them. */
  readonly ancestors?: readonly string[];
}

export interface MintedToken {
  readonly token: string;
  readonly jti: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly expiresIn: number;
}

/** How long before its issue a token counts: clocks that go behind accept it (seed 2.1 number 11). */
const TOLERANCE_S = 120;
const JTI_BYTES = 16;

/**
 * Signs a token. Its claims stand in the order of the seed (2.1 number 10). It is dated after every not-before that applies to it, which may lie within the
 * second that is running. Throws the refusal `unavailable` where the region cannot sign now.
 */
export async function mintToken(ctx: IssuerContext, request: TokenRequest, signal: AbortSignal): Promise<MintedToken> {
  const { client, organization } = request;
  const { settings } = ctx.oauth.tokens;
  const now = ctx.world.clock.now();
  const iat = Math.max(Math.floor(now / 1_000), Math.ceil(notBeforeOf(client, organization) / 1_000));
  const exp = Math.min(iat + request.lifetimeSeconds, request.notAfter ?? Number.POSITIVE_INFINITY);
  const jti = Buffer.from(ctx.world.random.bytes(JTI_BYTES)).toString('base64url');
  const { name } = client.record.body;
  const { alias } = organization.record.body;
  const audience = request.audience ?? [settings.audiences[0]];
  const claims = {
    iss: settings.issuer,
    aud: audience.length === 1 ? (audience[0] as string) : audience,
    exp,
    jti,
    iat,
    nbf: iat - TOLERANCE_S,
    sub: name,
    type: API_CLIENT,
    id: client.record.id,
    acctId: organization.record.id,
    acctName: alias,
    client_id: `${name}@${alias}`,
    ...(request.scope === undefined ? {} : { scope: request.scope }),
    ...(request.jkt === undefined ? {} : { cnf: { jkt: request.jkt } }),
    ...(request.ancestors === undefined ? {} : { ancestors: request.ancestors }),
  };
  const signer = await ctx.oauth.keyring.signer(signal);
  const signed = await signAccessToken(signer, claims, now);
  if (!signed.ok) throw new Refusal('unavailable', `no token can be signed now: ${signed.reason.replaceAll('_', ' ')}`, { retryAfterMs: 1_000 });
  return { token: signed.token, jti, exp, expiresIn: exp - iat };
}
