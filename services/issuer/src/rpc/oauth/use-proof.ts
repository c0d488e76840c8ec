import type { oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { PROOF_WINDOW } from '@mintmark/keys/dpop';
import type { IssuerContext } from '../../context.ts';

/** A proof that a validator has found good counts once in the region (RFC 9449 section 11.1). How long it could come again is told by this clock alone. */
export async function useProof(ctx: IssuerContext, { id }: oauth.UseProofRequest): Promise<oauth.UseProofResponse> {
  if (!/^[\w-]{43}$/.test(id)) throw new Refusal('invalid_argument', 'id must be a SHA-256 in base64url');
  const now = ctx.world.clock.now();
  const { maxAgeMs, earlyMs } = PROOF_WINDOW;
  return { fresh: !(await ctx.oauth.usedProofs.seen(id, now + maxAgeMs + earlyMs, now)) };
}
