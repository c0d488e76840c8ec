import { FORWARDED_FROM, statusOf } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { type RpcCall, unary } from '@mintmark/kit/rpc';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';

type Decision<Request, Response> = (request: Request, call: IssuerCall) => Promise<Response>;

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
  try {
    return await decide(call.request, { credential: call.credential(), requestId, signal, deadline, forwardedFrom: call.metadata(FORWARDED_FROM) });
  } catch (error) {
    if (error instanceof Refusal) ctx.events.refused({ requestId, method, code: error.code });
    else if (!signal.aborted) ctx.events.failed({ requestId, method, error });
    throw error;
  }
}
