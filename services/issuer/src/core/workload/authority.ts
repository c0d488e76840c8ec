import type { issuer, workload } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { ForwardedCall } from '../authority/peer.ts';
import type { IssuerCall } from '../call.ts';
import { feltHere } from '../felt-here.ts';

/** What the authority decides about jobs, services and bindings. Every method throws `Refusal`. */
export interface WorkloadPeer {
  createJob(request: workload.CreateJobRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
  updateJob(request: workload.UpdateJobRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
  deleteJob(request: workload.DeleteJobRequest, call: ForwardedCall): Promise<issuer.Written>;
  createService(request: workload.CreateServiceRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
  deleteService(request: workload.DeleteServiceRequest, call: ForwardedCall): Promise<issuer.Written>;
  bind(request: workload.BindRequest, call: ForwardedCall): Promise<issuer.SecretWritten>;
  unbind(request: workload.UnbindRequest, call: ForwardedCall): Promise<issuer.Written>;
}

type Answer = issuer.Written | { readonly written?: issuer.Written | undefined };

/** Decides here in the authority; elsewhere lets the authority decide, and answers when this region shows what it decided. */
export async function decidedByAuthority<T extends Answer>(
  ctx: IssuerContext,
  call: IssuerCall,
  { there, here }: { readonly there: (authority: WorkloadPeer) => Promise<T>; readonly here: () => Promise<T> },
): Promise<T> {
  if (ctx.workloadAuthority === undefined) return here();
  const answer = await there(ctx.workloadAuthority);
  await feltHere(ctx, 'freshness' in answer ? answer.freshness : answer.written?.freshness, call.signal);
  return answer;
}
