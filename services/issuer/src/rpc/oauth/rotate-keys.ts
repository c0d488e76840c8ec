import { type issuer, toWire } from '@mintmark/contract';
import { keyResource, Refusal } from '@mintmark/domain';
import { type RotationRefusal, rotateKeys as rotation } from '@mintmark/keys/signing';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { standsAt } from '../../core/commit.ts';
import { carryOut, ownKeys, wholeNow } from '../../core/oauth/key-steps.ts';
import { mayAdminister } from '../../core/rights.ts';

/** Makes the next key of this region sign. Decided here: keys are a region's own. */
export async function rotateKeys(ctx: IssuerContext, call: IssuerCall): Promise<issuer.RecordWritten> {
  await mayAdminister(ctx, call, { verb: 'update', resource: keyResource(ctx.region) });
  const { tokens, keys } = ctx.oauth;
  await tokens.whenSettled(call.signal);
  const decided = rotation(ownKeys(ctx), wholeNow(ctx), keys);
  if (!decided.ok) throw refused(decided);
  await carryOut(ctx, decided.step, call.signal);
  await tokens.whenSettled(call.signal);
  const active = tokens.shown.key(ctx.oauth.keyring.kid ?? '')?.entry;
  if (active === undefined) throw new Refusal('outcome_unknown', 'outcome unknown, index 0: the region does not show the new key yet');
  const { index, freshness } = await standsAt(ctx, active.revision, call.signal);
  return { written: { index, freshness }, record: toWire(active.record), modifyIndex: active.revision };
}

function refused(refusal: RotationRefusal): Refusal {
  if (refusal.reason === 'no_planned_key') return new Refusal('unavailable', 'no next key is published yet', { retryAfterMs: 2_000 });
  const when = new Date(refusal.readyAt).toISOString();
  const why = refusal.reason === 'too_many_keys' ? 'too many older keys still verify' : 'the next key was published too recently for every verifier to know it';
  return new Refusal('conflict', `${why}: try again after ${when}, or withdraw the present key if it is in wrong hands`);
}
