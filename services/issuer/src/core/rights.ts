import { principalOf, tokenResource } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { Administrator, IssuerCall } from './call.ts';
import { callerOf, permissionDenied } from './caller.ts';
import { readById } from './reading.ts';

/** What somebody wants to do, in the words of the policy language. */
export interface Right {
  readonly verb: 'create' | 'read' | 'update' | 'delete';
  readonly resource: string;
}

/** The caller, who must have the right: a management token has every one, any other token none. Throws the refusal `permission_denied`. */
export async function mayAdminister(ctx: IssuerContext, call: IssuerCall, _right: Right): Promise<Administrator> {
  const token = await callerOf(ctx, call);
  if (token?.record.body.type !== 'management') throw permissionDenied();
  return { token, subject: principalOf(token).subject };
}

/** What rights on a token are asked for on: by its name, where this region knows it. */
export async function resourceOfToken(ctx: IssuerContext, accessorId: string, signal: AbortSignal): Promise<string> {
  const stored = await readById(ctx, 'token', accessorId.toLowerCase(), signal);
  return tokenResource(stored?.record.body.name ?? '');
}
