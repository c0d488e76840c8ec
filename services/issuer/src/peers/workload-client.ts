import { FORWARDED_FROM, refusalOf, workload } from '@mintmark/contract';
import type { PeerGates } from '@mintmark/kit/overload';
import { callMetadata, callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { ForwardedCall } from '../core/authority/peer.ts';
import type { WorkloadPeer } from '../core/workload/authority.ts';

const CONNECT_WITHIN_MS = 2_000;

/** The authority's issuer over gRPC, in matters of jobs, services and bindings. */
export function connectWorkloadAuthority(address: string, tls: TlsFiles | 'insecure', region: string, gates: PeerGates): WorkloadPeer & Disposable {
  const client = createClient(workload.WorkloadClient, address, channelCredentials(tls));
  const options = (call: ForwardedCall) => {
    const metadata = callMetadata(call);
    metadata.set(FORWARDED_FROM, region);
    const { signal, deadline } = call;
    return { signal, deadline, metadata, connectWithinMs: CONNECT_WITHIN_MS, gate: gates.write, toError: refusalOf('the authority', 'write') };
  };
  return {
    createJob: (request, call) => callPeer(client, 'createJob', request, options(call)),
    updateJob: (request, call) => callPeer(client, 'updateJob', request, options(call)),
    deleteJob: (request, call) => callPeer(client, 'deleteJob', request, options(call)),
    createService: (request, call) => callPeer(client, 'createService', request, options(call)),
    deleteService: (request, call) => callPeer(client, 'deleteService', request, options(call)),
    bind: (request, call) => callPeer(client, 'bind', request, options(call)),
    unbind: (request, call) => callPeer(client, 'unbind', request, options(call)),
    [Symbol.dispose]: () => client.close(),
  };
}
