import { digestOf, parseSessionToken, Refusal } from '@mintmark/domain';
import { parseSecret } from '@mintmark/keys/secrets';
import { bodyOf } from '@mintmark/kit/http';
import type { ValidatorContext } from '../../context.ts';
import { placeIn } from '../../core/long-calls.ts';
import { objectOf } from '../json-body.ts';
import type { Answer, Exchange } from '../people/serve.ts';
import { peopleApi } from '../api.ts';

const MAX_TOKENS = 1_000;

export const LEAKED_API = peopleApi('End tokens and sessions that somebody has found', { body: { tokens: 'string[]' }, gives: { revoked: 'integer' }, security: [''] });

/** `POST /v1/leaked {"tokens":[…]}`: ends personal tokens and sessions that somebody has found. Needs no credential: whoever has them could use them. */
export async function reportLeaked(ctx: ValidatorContext, { request, signal }: Exchange): Promise<Answer> {
  const { tokens } = objectOf(bodyOf(request));
  if (!Array.isArray(tokens) || tokens.length > MAX_TOKENS || !tokens.every((token): token is string => typeof token === 'string')) {
    throw new Refusal('invalid_argument', `tokens must be a list of at most ${MAX_TOKENS} tokens`);
  }
  const secrets = new Set(tokens.flatMap((token) => secretIn(token) ?? []));
  if (secrets.size === 0) return { status: 200, json: { revoked: 0 } };
  using _place = placeIn(ctx.longCalls.reports, request.ip);
  const digests = Array.from(secrets, (secret) => Buffer.from(digestOf(secret), 'hex'));
  const { revoked, written } = await ctx.people.revokeLeaked({ digests }, { requestId: request.id, signal });
  return { status: 200, json: { revoked }, freshness: written?.freshness };
}

/** What has the form of a token of ours, in the form that its digest is taken of. */
function secretIn(text: string): string | undefined {
  const personal = parseSecret(text);
  return personal.ok && personal.kind === 'personal' ? text : parseSessionToken(text);
}
