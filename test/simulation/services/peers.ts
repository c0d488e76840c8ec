import { FORWARDED_FROM, issuer, oauth, workload } from '@mintmark/contract';
import type { AuthorityPeers, ForwardedCall, IssuerContext } from '@mintmark/issuer/parts';
import { issuerServer, oauthServer, workloadServer } from '@mintmark/issuer/parts';
import type { IssuerCall, ValidatorPeers } from '@mintmark/validator/parts';
import type { Network } from '../kernel/network.ts';
import type { SimNode, SimProcess } from '../kernel/node.ts';
import { openAttachment } from './attach.ts';
import { type Callee, type Offered, unaryCall } from './rpc.ts';

/** What an issuer's process offers, by service. */
export interface IssuerSurface {
  readonly ctx: IssuerContext;
  readonly issuer: Offered;
  readonly oauth: Offered;
  readonly workload: Offered;
}

export function surfaceOf(ctx: IssuerContext): IssuerSurface {
  const offered = (definition: object, implementation: object): Offered => ({ definition, implementation }) as unknown as Offered;
  return {
    ctx,
    issuer: offered(issuer.IssuerService, issuerServer(ctx)),
    oauth: offered(oauth.OAuthService, oauthServer(ctx)),
    workload: offered(workload.WorkloadService, workloadServer(ctx)),
  };
}

/** An issuer's machine, as others find it. */
export interface IssuerPlace {
  readonly network: Network;
  readonly node: SimNode;
  readonly surface: (process: SimProcess) => IssuerSurface | undefined;
}

type Service = 'issuer' | 'oauth' | 'workload';

const READS: ReadonlySet<string> = new Set(['resolveSecret', 'revealSecret', 'mayKeepClients', 'grant', 'authenticateClient', 'useProof']);
const WRITE_WITHIN_MS = 12_000;
const READ_WITHIN_MS = 3_000;

function calleeOf(place: IssuerPlace, service: Service): Callee {
  return { node: place.node, offers: (process) => place.surface(process)?.[service] };
}

/** Every method of a service as one that takes a request and a call. */
function methods<T>(invoke: (method: string, request: object, call: never) => Promise<unknown>): T {
  const target = {} as Record<string, unknown>;
  return new Proxy(target, {
    get(made, name) {
      if (typeof name !== 'string' || name === 'then') return undefined;
      made[name] ??= (request: object, call: never) => invoke(name, request, call);
      return made[name];
    },
  }) as T;
}

/** A region's issuer, as another region's issuer calls it. */
export function issuerPeers(from: SimProcess, place: IssuerPlace): AuthorityPeers {
  const of = <T>(service: Service): T =>
    methods<T>((method, request, call: ForwardedCall) =>
      unaryCall(place.network, from, calleeOf(place, service), method, request, {
        ...call,
        peer: 'the authority',
        effect: READS.has(method) || method === 'identifyPerson' || method === 'tellAuthority' ? 'read' : 'write',
        metadata: { [FORWARDED_FROM]: from.node.region },
      }),
    );
  return { standing: of('issuer'), issuer: of('issuer'), oauth: of('oauth'), workload: of('workload') };
}

/** The region's issuer, as a validator calls it. */
export function validatorPeers(from: SimProcess, place: IssuerPlace): ValidatorPeers {
  const invoke = (service: Service, method: string, request: object, call: IssuerCall): Promise<unknown> => {
    const effect = READS.has(method) ? 'read' : 'write';
    const deadline = from.world.clock.now() + (effect === 'read' ? READ_WITHIN_MS : WRITE_WITHIN_MS);
    return unaryCall(place.network, from, calleeOf(place, service), method, request, { ...call, deadline, peer: "the region's issuer", effect });
  };
  const of = <T>(service: Service): T => methods<T>((method, request, call: IssuerCall) => invoke(service, method, request, call));
  const calls = of<ValidatorPeers['issuer']['calls'] & ValidatorPeers['issuer']['people']>('issuer');
  return {
    issuer: {
      calls,
      people: calls,
      resolveSecret: (kind, digest, signal) =>
        invoke('issuer', 'resolveSecret', { digest: Buffer.from(digest, 'hex'), kind }, { requestId: 'resolve', signal }) as Promise<issuer.ResolveSecretResponse>,
      attach: (signal) => openAttachment(place.network, from, { node: place.node, context: (process) => place.surface(process)?.ctx }, signal),
      [Symbol.dispose]: () => undefined,
    },
    oauth: of('oauth'),
    workload: of('workload'),
  };
}
