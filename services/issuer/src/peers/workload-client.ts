import { workload } from '@mintmark/contract';
import { callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { WorkloadPeer } from '../core/workload/authority.ts';
import type { Forwarding } from './forwarding.ts';

/** The authority's issuer over gRPC, in matters of jobs, services and bindings. */
export function connectWorkloadAuthority(address: string, tls: TlsFiles | 'insecure', options: Forwarding): WorkloadPeer & Disposable {
  const client = createClient(workload.WorkloadClient, address, channelCredentials(tls));
  return {
    createJob: (request, call) => callPeer(client, 'createJob', request, options(call, 'write')),
    updateJob: (request, call) => callPeer(client, 'updateJob', request, options(call, 'write')),
    deleteJob: (request, call) => callPeer(client, 'deleteJob', request, options(call, 'write')),
    createService: (request, call) => callPeer(client, 'createService', request, options(call, 'write')),
    deleteService: (request, call) => callPeer(client, 'deleteService', request, options(call, 'write')),
    bind: (request, call) => callPeer(client, 'bind', request, options(call, 'write')),
    unbind: (request, call) => callPeer(client, 'unbind', request, options(call, 'write')),
    [Symbol.dispose]: () => client.close(),
  };
}
