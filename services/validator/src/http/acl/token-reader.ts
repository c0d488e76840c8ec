import { type LiveEntry, tokenResource } from '@mintmark/domain';
import { type Caller, callerOf } from './caller.ts';
import type { AclDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { permissionDenied, unreadable } from './response/refusals.ts';

type Token = LiveEntry<'token'>;

/** Whoever looks at tokens of others. */
export interface TokenReader extends Caller {
  /** Whether it may read a token, by its policies as they are now. Absent for management, which may read all. */
  readonly mayRead?: (token: Token) => boolean;
}

/** The caller, who must hold a management token, or policies that speak of tokens. Throws the refusals of 1.0.2. */
export async function tokenReaderOf(deps: AclDeps, exchange: Exchange): Promise<TokenReader> {
  const caller = await callerOf(deps.authenticator, exchange, false);
  if (caller === undefined) throw permissionDenied();
  if (caller.management) return caller;
  if (!(await deps.decisions.current(exchange.signal))) throw unreadable();
  if (!deps.access.rightsOf(caller.principal).types.has('token')) throw permissionDenied();
  return { ...caller, mayRead: (token) => mayRead(deps, caller, token) };
}

/** Whether a caller's policies let it read a token: `permit read` on its resource. To be asked when the policies are current. */
export function mayRead({ access }: Pick<AclDeps, 'access'>, { principal }: Caller, { record }: Token): boolean {
  return access.decide(principal, { verb: 'read', resource: tokenResource(record.body.name) }).allowed;
}
