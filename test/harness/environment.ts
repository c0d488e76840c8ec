import { join } from 'node:path';
import { RECORD_ROLES, type RecordRole, trustedKeyText } from '@mintmark/keys/records';
import type { Wires } from './wires.ts';

export const SERVICES = ['issuer', 'replicator', 'validator'] as const;
export type Service = (typeof SERVICES)[number];

/** Everything that one region needs to know of itself and of the others before anything runs. */
export interface Plan {
  readonly name: string;
  readonly http: number;
  readonly grpc: number;
  readonly issuer: number;
  readonly replicator: number;
  readonly ops: Readonly<Record<'issuer' | 'replicator', number>>;
  readonly folder: string;
  readonly password: string;
  /** What its services sign records with. */
  readonly recordKeys: Readonly<Record<RecordRole, Buffer>>;
}

/** Where a region's stores listen. */
export interface StorePorts {
  readonly logs: readonly number[];
  readonly view: number;
}

export interface Surroundings {
  readonly plans: readonly Plan[];
  /** Ports of every region's log, as in `plans`. */
  readonly logs: readonly (readonly number[])[];
  /** Password of the user as whom regions read each other's logs. */
  readonly remote: string;
  readonly sealing: string;
  readonly wires: Wires;
  /** Further variables of each service. */
  readonly further: Readonly<Record<Service, Readonly<Record<string, string>>>>;
}

export function resetFile({ folder }: Plan): string {
  return join(folder, 'acl-bootstrap-reset');
}

function loopback(port: number): string {
  return `127.0.0.1:${port}`;
}

/** The variables of one service of a region. */
export function environment(service: Service, own: Plan, stores: StorePorts, around: Surroundings): Record<string, string> {
  const [authority] = around.plans as [Plan];
  const { wires } = around;
  const common = {
    MINTMARK_REGION: own.name,
    MINTMARK_AUTHORITY: authority.name,
    MINTMARK_REDIS_URL: `redis://${loopback(wires.port(`${service} to view`, stores.view))}`,
    MINTMARK_RECORD_KEYS: around.plans.flatMap(({ name, recordKeys }) => RECORD_ROLES.map((role) => trustedKeyText(name, role, recordKeys[role]))).join(','),
    ...around.further[service],
  };
  const tokens = { MINTMARK_ISSUER_URL: `http://${loopback(authority.http)}` };
  if (service === 'validator') {
    const httpOf = (other: Plan): number => (other === authority ? wires.port('validator to authority', other.http) : other.http);
    return {
      ...tokens,
      MINTMARK_REQUIRE_HTTPS: 'false',
      ...common,
      MINTMARK_HTTP_LISTEN: loopback(own.http),
      MINTMARK_RPC_LISTEN: loopback(own.grpc),
      MINTMARK_ISSUER: loopback(wires.port('validator to issuer', own.issuer)),
      MINTMARK_REPLICATOR: loopback(own.replicator),
      MINTMARK_REGIONS: around.plans.map((other) => `${other.name}=http://${loopback(httpOf(other))}`).join(','),
    };
  }
  const [first, ...replicas] = stores.logs as [number, ...number[]];
  const nats = {
    MINTMARK_NATS_SERVERS: natsUrls([wires.port(`${service} to log`, first), ...replicas]),
    MINTMARK_NATS_USER: service,
    MINTMARK_NATS_PASSWORD: own.password,
    MINTMARK_RECORD_KEY: own.recordKeys[service].toString('base64'),
    ...(replicas.length > 0 && { MINTMARK_NATS_REPLICAS: String(stores.logs.length) }),
  };
  const listen = { MINTMARK_RPC_LISTEN: loopback(own[service]), MINTMARK_OPS_LISTEN: loopback(own.ops[service]) };
  if (service === 'issuer') {
    return {
      ...tokens,
      ...common,
      ...nats,
      ...listen,
      MINTMARK_SEALING_KEYS: around.sealing,
      MINTMARK_BOOTSTRAP_RESET_FILE: resetFile(own),
      MINTMARK_ISSUERS: listed(around.plans, (other) => loopback(other === authority ? wires.port('issuer to authority', other.issuer) : other.issuer)),
    };
  }
  const others = around.plans.filter((other) => other !== own);
  const logOf = (other: Plan): string => {
    const [only, ...further] = around.logs[around.plans.indexOf(other)] as [number, ...number[]];
    return natsUrls([other === authority ? wires.port('replicator to authority log', only) : only, ...further], ';');
  };
  return {
    ...common,
    ...nats,
    ...listen,
    MINTMARK_LOGS: listed(others, logOf),
    MINTMARK_LOGS_USER: 'remoteReader',
    MINTMARK_LOGS_PASSWORD: around.remote,
    MINTMARK_REPLICATORS: listed(others, (other) => loopback(other === authority ? wires.port('replicator to authority', other.replicator) : other.replicator)),
  };
}

function natsUrls(ports: readonly number[], between = ','): string {
  return ports.map((port) => `nats://${loopback(port)}`).join(between);
}

function listed(plans: readonly Plan[], value: (plan: Plan) => string): string {
  return plans.map((plan) => `${plan.name}=${value(plan)}`).join(',');
}
