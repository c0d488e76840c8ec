import { FORWARDED_FROM, issuer, refusalOf } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { callMetadata, callPeer, channelCredentials, createClient } from '@mintmark/kit/rpc';
import type { AuthorityPeers } from '../compose.ts';
import type { IssuerConfig } from '../config.ts';
import type { ForwardedCall, StandingPeer } from '../core/authority/peer.ts';
import { moved } from '../core/authority/standing.ts';
import { connectAuthority } from './authority-client.ts';
import { type AuthorityGates, forwarding } from './forwarding.ts';
import { connectOAuthAuthority } from './oauth-client.ts';
import { connectWorkloadAuthority } from './workload-client.ts';

/** Short: an issuer that is gone is not to hold a round of questions up. */
const CONNECT_WITHIN_MS = 700;

type Config = Pick<IssuerConfig, 'issuers' | 'region' | 'rpc'>;

/** The other regions' issuers over gRPC, each connected to when it is first needed. */
export function connectPeers({ issuers, region: from, rpc: { tls } }: Config, gates: ReadonlyMap<string, AuthorityGates>, stack: AsyncDisposableStack): (region: string) => AuthorityPeers {
  const connected = new Map<string, AuthorityPeers>();
  const own = stack.use(new AsyncDisposableStack());
  return (region) => {
    const known = connected.get(region);
    if (known !== undefined) return known;
    const address = issuers[region];
    const ofRegion = gates.get(region);
    if (address === undefined || address === '' || ofRegion === undefined) throw new Refusal('unavailable', `the address of ${region}'s issuer is not known here: nothing was written`);
    const options = forwarding(from, ofRegion);
    const peers: AuthorityPeers = {
      standing: own.use(connectStanding(address, tls, from)),
      issuer: own.use(connectAuthority(address, tls, options)),
      oauth: own.use(connectOAuthAuthority(address, tls, options)),
      workload: own.use(connectWorkloadAuthority(address, tls, options)),
    };
    connected.set(region, peers);
    return peers;
  };
}

function connectStanding(address: string, tls: IssuerConfig['rpc']['tls'], region: string): StandingPeer & Disposable {
  const client = createClient(issuer.IssuerClient, address, channelCredentials(tls));
  const options = (call: ForwardedCall, effect: 'read' | 'write') => {
    const metadata = callMetadata(call);
    metadata.set(FORWARDED_FROM, region);
    const { signal, deadline } = call;
    return { signal, deadline, metadata, connectWithinMs: CONNECT_WITHIN_MS, toError: refusalOf('the other region', effect) };
  };
  return {
    tellAuthority: (request, call) => callPeer(client, 'tellAuthority', request, options(call, 'read')),
    handOver: (request, call) => callPeer(client, 'handOver', request, options(call, 'write')),
    carryOver: (request, call) => callPeer(client, 'carryOver', request, options(call, 'write')),
    [Symbol.dispose]: () => client.close(),
  };
}

/**
 * Another region's issuer for calls on somebody's behalf. One that another region has handed on is not handed on again: regions that take each other for the
 * authority would do so for ever. Where nobody decides (`undefined`) every call is refused.
 */
export function handingOn(peers: () => AuthorityPeers | undefined, region: string): Omit<AuthorityPeers, 'standing'> {
  const of = <Name extends 'issuer' | 'oauth' | 'workload'>(name: Name): AuthorityPeers[Name] => {
    const handOn = (method: string) => async (request: unknown, call: ForwardedCall & { readonly forwardedFrom?: string | undefined }) => {
      const peer = call.forwardedFrom === undefined ? peers() : undefined;
      if (peer === undefined) throw moved(region);
      return (peer[name] as unknown as Readonly<Record<string, Method>>)[method]?.(request, call);
    };
    return new Proxy({} as AuthorityPeers[Name], { get: (_, method) => handOn(String(method)) });
  };
  return { issuer: of('issuer'), oauth: of('oauth'), workload: of('workload') };
}

type Method = (request: unknown, call: ForwardedCall) => Promise<unknown>;
