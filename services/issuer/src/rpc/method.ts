import { FORWARDED_FROM, statusOf } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { type RpcCall, unary } from '@mintmark/kit/rpc';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';

type Decision<Request, Response> = (request: Request, call: IssuerCall) => Promise<Response>;

/** Methods that write nothing: they go on while writes wait. */
const READS: ReadonlySet<string> = new Set(['ResolveSecret', 'RevealSecret', 'AuthenticateClient', 'MayKeepClients', 'IdentifyPerson', 'Grant', 'IssueAppToken', 'IssueUserToken']);

/** Makes a method of a service out of a decision. */
export type MethodOf = <Request, Response>(name: string, decide: Decision<Request, Response>) => ReturnType<typeof unary<Request, Response>>;

export function methodsOf(ctx: IssuerContext): MethodOf {
  return <Request, Response>(name: string, decide: Decision<Request, Response>) =>
    unary<Request, Response>({ toStatus: statusOf }, (call) => judged(ctx, name, call, decide));
}

async function judged<Request, Response>(
  ctx: IssuerContext,
  method: string,
  call: RpcCall<Request>,
  decide: Decision<Request, Response>,
): Promise<Response> {
  const { requestId, signal, deadline } = call;
  using _place = READS.has(method) ? undefined : placeOf(ctx);
  try {
    return await decide(call.request, { credential: call.credential(), requestId, signal, deadline, forwardedFrom: call.metadata(FORWARDED_FROM) });
  } catch (error) {
    if (error instanceof Refusal) ctx.events.refused({ requestId, method, code: error.code });
    else if (!signal.aborted) ctx.events.failed({ requestId, method, error });
    throw error;
  }
}

/** Counted where it is refused, and not logged: in a flood there are many. */
function placeOf({ writes }: IssuerContext): Disposable {
  const place = writes.take();
  if (typeof place === 'string') throw new Refusal('unavailable', 'too many writes are in hand: nothing was written', { retryAfterMs: 1_000 });
  return place;
}
