import { type issuer, toWire } from '@mintmark/contract';
import { formatFreshness, type MintRecord, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import { withoutSealed } from '../core/answer.ts';
import type { IssuerCall } from '../core/call.ts';
import { readByKey } from '../core/reading.ts';

const KINDS = ['token', 'session', 'personal_token'] as const;

/** The authority's global record behind a digest; other regions ask it about what they have not seen yet (P6). Local tokens stay home (P5). */
export async function resolveSecret(ctx: IssuerContext, request: issuer.ResolveSecretRequest, call: IssuerCall): Promise<issuer.ResolveSecretResponse> {
  if (request.digest.length !== 32) throw new Refusal('invalid_argument', 'digest must be 32 bytes: the SHA-256 of the secret');
  if (ctx.authority !== undefined) return ctx.authority.resolveSecret(request, call);
  const position = ctx.follower.position;
  if (position === undefined) throw new Refusal('unavailable', "the region's view cannot be read now", { retryAfterMs: 1000 });
  const record = await readByKey(ctx, kindOf(request), 'secret', request.digest.toString('hex'), call.signal);
  const freshness = formatFreshness({ region: ctx.region, incarnation: position.incarnation, index: position.revision });
  if (record === undefined || record.record.scope !== 'global') return { record: undefined, modifyIndex: 0, freshness };
  return { record: toWire(withoutSealed(record.record as MintRecord)), modifyIndex: record.revision, freshness };
}

function kindOf({ kind }: issuer.ResolveSecretRequest): (typeof KINDS)[number] {
  const known = KINDS.find((one) => one === (kind === '' ? 'token' : kind));
  if (known === undefined) throw new Refusal('invalid_argument', `kind must be one of: ${KINDS.join(', ')}`);
  return known;
}
