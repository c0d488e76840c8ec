import { Refusal } from '@mintmark/domain';
import { signAccessToken } from '@mintmark/keys/jwt';
import type { JOB_TOKEN, USER_TOKEN } from '@mintmark/oauth';
import type { workload } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';

/** Whom a token is for. */
export interface TokenSubject {
  readonly type: typeof JOB_TOKEN | typeof USER_TOKEN;
  /** Of its record. */
  readonly id: string;
  /** Principal name: the job's full name, or the user's as policy gives it. */
  readonly name: string;
  readonly lifetimeSeconds: number;
  /** Tokens dated by this instant are refused: milliseconds since the epoch; 0 for none. */
  readonly notBefore: number;
}

/** How long before its issue a token counts: clocks that go behind accept it (seed 2.1 number 11). */
const TOLERANCE_S = 120;
const JTI_BYTES = 16;
/** Thirty days, the longest that any sample asks for; keys are kept no longer (seed systems 1.1 row 4). */
export const LONGEST_SECONDS = 30 * 86_400;

/** Signs a token of this dialect (seed systems 1.1 row 7). Throws the refusal `unavailable` where the region cannot sign now. */
export async function mintWorkloadToken(ctx: IssuerContext, subject: TokenSubject, signal: AbortSignal): Promise<workload.TokenIssued> {
  const { issuer, audiences } = ctx.oauth.tokens.settings;
  const now = ctx.world.clock.now();
  const iat = Math.max(Math.floor(now / 1_000), subject.notBefore === 0 ? 0 : Math.floor(subject.notBefore / 1_000) + 1);
  const exp = iat + Math.min(subject.lifetimeSeconds, LONGEST_SECONDS);
  const jti = Buffer.from(ctx.world.random.bytes(JTI_BYTES)).toString('base64url');
  const { type, id, name } = subject;
  const claims = { iss: issuer, aud: audiences[0], exp, jti, iat, nbf: iat - TOLERANCE_S, sub: name, name, type, id, client_id: name };
  await ctx.oauth.tokens.whenSettled(signal);
  const signed = await signAccessToken(await ctx.oauth.keyring.signer(signal), claims, now);
  if (!signed.ok) throw new Refusal('unavailable', `no token can be signed now: ${signed.reason.replaceAll('_', ' ')}`, { retryAfterMs: 1_000 });
  return { accessToken: signed.token, expiresIn: exp - iat };
}
