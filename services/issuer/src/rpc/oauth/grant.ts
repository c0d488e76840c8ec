import type { oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { authenticated, type KnownClient } from '../../core/oauth/authentication.ts';
import { GRANTS, ProtocolRefusal } from '../../core/oauth/grants.ts';
import { mintToken } from '../../core/oauth/mint-token.ts';

/** The token endpoint's decision (RFC 6749 section 3.2). Signed here, with the region's own key: it needs no other region. */
export async function grant(ctx: IssuerContext, request: oauth.GrantRequest, { signal, requestId }: IssuerCall): Promise<oauth.GrantResponse> {
  const rule = Object.hasOwn(GRANTS, request.grantType) ? GRANTS[request.grantType] : undefined;
  try {
    if (rule === undefined) throw new ProtocolRefusal('unsupported_grant_type', `grant_type must be one of: ${Object.keys(GRANTS).join(', ')}`);
    const known = await authenticated(ctx, request.client, signal);
    if (known === undefined) throw invalidClient();
    const jkt = await provenKey(ctx, request.proof, known);
    const wanted = await rule(ctx, request, known, jkt);
    const { token, expiresIn } = await mintToken(ctx, wanted, signal);
    const { id } = known.client.record;
    ctx.events.tokenGranted({ grant: request.grantType });
    const type = jkt === undefined ? 'Bearer' : 'DPoP';
    return { accessToken: token, expiresIn, tokenType: type, ...(wanted.scope === undefined ? {} : { scope: wanted.scope }), error: undefined, clientId: id };
  } catch (error) {
    if (!(error instanceof ProtocolRefusal)) throw error;
    ctx.events.grantRefused({ requestId, error: error.error });
    return { accessToken: '', expiresIn: 0, tokenType: '', error: { error: error.error, description: error.message }, clientId: '' };
  }
}

export function invalidClient(): ProtocolRefusal {
  return new ProtocolRefusal('invalid_client', 'the client is unknown or disabled, or its authentication is wrong');
}

/** The key that a proof comes with; a client whose tokens are bound needs one (RFC 9449 section 5). */
async function provenKey(ctx: IssuerContext, proof: oauth.Proof | undefined, { client }: KnownClient): Promise<string | undefined> {
  if (proof === undefined) {
    if (!client.record.body.dpop) return undefined;
    throw new ProtocolRefusal('invalid_dpop_proof', 'tokens of this client are bound to a key: send a proof in the header DPoP');
  }
  const { dpop, method, uri } = proof;
  const result = await ctx.oauth.proofs(dpop, { method, uri }, ctx.world.clock.now());
  if (!result.ok) throw new ProtocolRefusal('invalid_dpop_proof', `the proof is refused: ${result.reason.replaceAll('_', ' ')}`);
  return result.jkt;
}
