import type { oauth } from '@mintmark/contract';
import { type JudgedToken, rolesIn } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import type { KnownClient } from './authentication.ts';
import { judgedToken } from './judging.ts';
import type { TokenRequest } from './mint-token.ts';

/** Why a grant is refused, in the words of RFC 6749 section 5.2 and its extensions. */
export class ProtocolRefusal extends Error {
  override readonly name = 'ProtocolRefusal';
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

export type GrantRule = (ctx: IssuerContext, request: oauth.GrantRequest, known: KnownClient, jkt: string | undefined) => Promise<TokenRequest>;

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** Tokens may be exchanged so often one after the other. */
const MAX_ANCESTORS = 8;

/** What a token of each grant is to say. Throws `ProtocolRefusal`. */
export const GRANTS: Readonly<Record<string, GrantRule>> = { client_credentials: clientCredentials, [TOKEN_EXCHANGE]: exchange };

/** RFC 6749 section 4.4. */
async function clientCredentials(ctx: IssuerContext, request: oauth.GrantRequest, known: KnownClient, jkt: string | undefined): Promise<TokenRequest> {
  const { defaultExpirationSeconds, roles } = known.client.record.body;
  const audience = audienceOf(ctx, request.audience);
  return { ...known, jkt, lifetimeSeconds: defaultExpirationSeconds, scope: narrowed(request.scope, roles, undefined), ...(audience === undefined ? {} : { audience }) };
}

/**
 * RFC 8693: a client's own token for a narrower one. Never more roles, never a longer life, never another key, and it ends with the token that it was
 * exchanged for.
 */
async function exchange(ctx: IssuerContext, request: oauth.GrantRequest, known: KnownClient, jkt: string | undefined): Promise<TokenRequest> {
  const subject = await judgedToken(ctx, request.subjectToken);
  if (!subject.ok || subject.client.record.id !== known.client.record.id) throw new ProtocolRefusal('invalid_request', "subject_token must be a live token of the client's own");
  if (subject.jkt !== undefined && subject.jkt !== jkt) throw new ProtocolRefusal('invalid_dpop_proof', 'the proof must be made with the key that subject_token is bound to');
  const ancestors = [...ancestorsOf(subject), subject.claims.jti];
  if (ancestors.length > MAX_ANCESTORS) throw new ProtocolRefusal('invalid_request', 'subject_token has been exchanged too often');
  const { scope } = subject.claims as { readonly scope?: string };
  const present = typeof subject.claims.aud === 'string' ? [subject.claims.aud] : subject.claims.aud;
  return {
    ...known,
    jkt,
    lifetimeSeconds: known.client.record.body.defaultExpirationSeconds,
    notAfter: subject.claims.exp,
    scope: narrowed(request.scope, subject.roles, scope),
    audience: audienceOf(ctx, request.audience) ?? present,
    ancestors,
  };
}

/** The scope of the token: what is asked for, which must lie within `roles`, else what limits it already. */
function narrowed(asked: string | undefined, roles: readonly string[], limit: string | undefined): string | undefined {
  if (asked === undefined) return limit;
  const named = rolesIn(asked);
  if (named === undefined || !named.every((role) => roles.includes(role))) {
    throw new ProtocolRefusal('invalid_scope', 'scope must name roles that the client, or the token that is exchanged, has; percent-encoded, with one space between them');
  }
  return asked;
}

/** Whom the token is to be for (RFC 8707 section 2): a client may ask for any of the configured audiences, also in exchange for a token of its own. */
function audienceOf(ctx: IssuerContext, asked: readonly string[]): readonly string[] | undefined {
  if (asked.length === 0) return undefined;
  const { audiences } = ctx.oauth.tokens.settings;
  if (!asked.every((one) => audiences.includes(one))) throw new ProtocolRefusal('invalid_target', 'audience and resource must be audiences that are known here');
  return [...new Set(asked)];
}

function ancestorsOf({ claims }: JudgedToken): readonly string[] {
  const { ancestors } = claims as { readonly ancestors?: unknown };
  return Array.isArray(ancestors) ? ancestors.map(String) : [];
}
