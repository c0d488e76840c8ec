import { type issuer, refusalOf, workload } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { PeerGates } from '@mintmark/kit/overload';
import { callMetadata, callPeer, channelCredentials, createClient, MetadataError, type TlsFiles } from '@mintmark/kit/rpc';
import type { IssuerCall } from '../core/types.ts';

const CONNECT_WITHIN_MS = 2_000;
const WITHIN_MS = 12_000;

/** What the region's issuer does about jobs, services, bindings and their tokens. Every method throws `Refusal`. */
export interface WorkloadCalls {
  createJob(request: workload.CreateJobRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
  updateJob(request: workload.UpdateJobRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
  deleteJob(request: workload.DeleteJobRequest, call: IssuerCall): Promise<issuer.Written>;
  createService(request: workload.CreateServiceRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
  deleteService(request: workload.DeleteServiceRequest, call: IssuerCall): Promise<issuer.Written>;
  bind(request: workload.BindRequest, call: IssuerCall): Promise<issuer.SecretWritten>;
  unbind(request: workload.UnbindRequest, call: IssuerCall): Promise<issuer.Written>;
  issueAppToken(request: workload.IssueAppTokenRequest, call: IssuerCall): Promise<workload.TokenIssued>;
  issueUserToken(request: workload.IssueUserTokenRequest, call: IssuerCall): Promise<workload.TokenIssued>;
}

export function connectWorkload(address: string, tls: TlsFiles | 'insecure', gates: PeerGates): WorkloadCalls & Disposable {
  const client = createClient(workload.WorkloadClient, address, channelCredentials(tls));
  const options = (call: IssuerCall) => ({
    signal: call.signal,
    metadata: metadataOf(call),
    connectWithinMs: CONNECT_WITHIN_MS,
    gate: gates.write,
    deadlineMs: WITHIN_MS,
    toError: refusalOf("the region's issuer", 'write'),
  });
  return {
    createJob: async (request, call) => callPeer(client, 'createJob', request, options(call)),
    updateJob: async (request, call) => callPeer(client, 'updateJob', request, options(call)),
    deleteJob: async (request, call) => callPeer(client, 'deleteJob', request, options(call)),
    createService: async (request, call) => callPeer(client, 'createService', request, options(call)),
    deleteService: async (request, call) => callPeer(client, 'deleteService', request, options(call)),
    bind: async (request, call) => callPeer(client, 'bind', request, options(call)),
    unbind: async (request, call) => callPeer(client, 'unbind', request, options(call)),
    issueAppToken: async (request, call) => callPeer(client, 'issueAppToken', request, options(call)),
    issueUserToken: async (request, call) => callPeer(client, 'issueUserToken', request, options(call)),
    [Symbol.dispose]: () => client.close(),
  };
}

/** A credential that no header can carry belongs to nobody. */
function metadataOf(call: IssuerCall) {
  try {
    return callMetadata(call);
  } catch (error) {
    if (error instanceof MetadataError) throw new Refusal('unauthenticated', 'the token is not a live one', { cause: error });
    throw error;
  }
}
