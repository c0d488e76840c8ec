import { type issuer, type oauth, toWire } from '@mintmark/contract';
import { type LiveRecord, NO_REVISION, type Revision } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../call.ts';
import { type Committed, decide, headShown } from '../commit.ts';
import { feltHere } from '../felt-here.ts';
import type { OAuthPeer } from './authority.ts';

/** Decides here, or lets the authority decide and answers when this region shows what it decided. */
export async function decidedByAuthority<T extends issuer.Written | { readonly written?: issuer.Written | undefined }>(
  ctx: IssuerContext,
  call: IssuerCall,
  ask: (authority: OAuthPeer) => Promise<T>,
  here: () => Promise<T>,
): Promise<T> {
  const { authority } = ctx.oauth;
  if (authority === undefined) return decide(ctx, call.signal, here);
  const answer = await ask(authority);
  await feltHere(ctx, 'freshness' in answer ? answer.freshness : answer.written?.freshness, call.signal);
  return answer;
}

/** The log's head, once all that decisions stand on shows it. */
export async function factsShown(ctx: IssuerContext, signal: AbortSignal): Promise<Revision> {
  const head = await headShown(ctx, signal);
  await ctx.oauth.tokens.whenSettled(signal);
  return head;
}

/** The answer to a write of a client; digests of its secrets stay here. */
export function clientWritten({ index, freshness }: Committed, record: LiveRecord<'api_client'>, clientSecret = ''): oauth.ClientWritten {
  const createIndex = record.createIndex === NO_REVISION ? index : record.createIndex;
  return { written: { index, freshness }, record: toWire({ ...record, createIndex }), modifyIndex: index, clientSecret };
}
