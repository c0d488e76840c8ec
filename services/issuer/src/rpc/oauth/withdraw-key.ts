import { type issuer, type oauth, toWire } from '@mintmark/contract';
import { keyResource, type LiveRecord, Refusal } from '@mintmark/domain';
import { signingKeyBody, withdrawKey as withdrawn } from '@mintmark/keys/signing';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide } from '../../core/commit.ts';
import { feltHere } from '../../core/felt-here.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope } from '../../core/mint.ts';
import { wholeNow } from '../../core/oauth/key-steps.ts';
import { mayAdminister } from '../../core/rights.ts';

/** Ends a key and all that it has signed, of whatever region. Always decided by the authority. */
export async function withdrawKey(ctx: IssuerContext, request: oauth.WithdrawKeyRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  const { authority, tokens } = ctx.oauth;
  if (authority !== undefined) {
    const answer = await authority.withdrawKey(request, call);
    await feltHere(ctx, answer.written?.freshness, call.signal);
    return answer;
  }
  return decide(ctx, call.signal, async () => {
    await tokens.whenSettled(call.signal);
    const known = tokens.shown.key(request.kid);
    const { token } = await mayAdminister(ctx, call, { verb: 'delete', resource: keyResource(known?.key.region ?? ctx.region) });
    mayWrite(token, 'global');
    if (known === undefined) throw new Refusal('not_found', 'there is no signing key of this kid');
    const { key, entry } = known;
    if (key.state === 'gone') throw new Refusal('conflict', 'the key is gone already: nothing that it signed is accepted');
    const body = signingKeyBody(withdrawn(key, wholeNow(ctx)));
    const { kind, id, scope, createIndex } = entry.record;
    const record: LiveRecord<'signing_key'> = { kind, id, scope, deleted: false, body, ...envelope(ctx, createIndex) };
    const { index, freshness } = await commit(ctx, record, { key: entry.revision }, call.signal);
    ctx.events.keyStep({ step: 'withdraw', kid: key.kid, sequence: key.sequence });
    return { written: { index, freshness }, record: toWire(record), modifyIndex: index };
  });
}
