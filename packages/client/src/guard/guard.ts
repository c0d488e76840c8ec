import type { DenyReason, Dialect, Principal } from '@mintmark/domain';
import type { Credential, Permission } from '../http/types.ts';
import type { LocalValidator } from '../local/validator.ts';
import { credentialOf, type Incoming } from './credential.ts';
import { type RefusalAnswer, refusalOf } from './refusal.ts';

export interface GuardOptions<Request> {
  readonly validator: LocalValidator;
  /** Whose credentials are let in. The first one's words answer those who present none. */
  readonly dialects: readonly [Dialect, ...Dialect[]];
  /** With `resource`: what the bearer must be permitted. Without: whoever is known is let in. */
  readonly verb?: string;
  readonly resource?: string | ((request: Request) => string);
  readonly context?: Permission['context'];
  /** Where sessions must count, such as `soc`. */
  readonly audience?: string;
  /** `https://api.example.com`: how clients address this API, where a proxy stands before it. Proofs of bound tokens are made for it. */
  readonly origin?: string;
}

/** Who is let in, and by what. */
export interface Admitted {
  readonly principal: Principal;
  readonly credential: Credential;
}

/** A request, and its path with the query. */
export interface Arrived extends Omit<Incoming, 'uri'> {
  /** Where the client has reached this server. */
  readonly origin: string;
  readonly path: string;
}

/** Judges one request. */
export async function admit<Request>(options: GuardOptions<Request>, request: Request, arrived: Arrived): Promise<Admitted | RefusalAnswer> {
  const { validator, dialects, audience, origin = arrived.origin } = options;
  const credential = credentialOf({ ...arrived, uri: `${origin}${arrived.path}` }, dialects);
  if (credential === undefined || credential === 'conflict') return refusalOf(credential === 'conflict' ? 'session' : dialects[0], { status: 401, presented: credential !== undefined });
  if (credential.proof !== undefined && permissionOf(options, request) !== undefined) return decided(options, request, credential);
  const { dialect } = credential;
  const known = validator.checkAtOnce(credential) ?? (await validator.check(credential));
  if (known.verdict === 'unknown') return refusalOf(dialect, { status: 503 });
  if (known.verdict === 'deny') return refusalOf(dialect, { status: statusOf(known.reason) });
  if (audience !== undefined && known.principal.audience !== undefined && known.principal.audience !== audience) return refusalOf(dialect, { status: 401 });
  const { principal } = known;
  return permissionOf(options, request) === undefined ? { principal, credential } : decided(options, request, credential, principal);
}

/** Asks whether the bearer is permitted, and, where its principal is not known yet, who it is. */
async function decided<Request>(options: GuardOptions<Request>, request: Request, credential: Credential, known?: Principal): Promise<Admitted | RefusalAnswer> {
  const { dialect } = credential;
  const decision = await options.validator.authorize({ ...(permissionOf(options, request) as Permission), credential });
  const principal = known ?? ('principal' in decision ? decision.principal : undefined);
  if (decision.verdict === 'allow') return principal === undefined ? refusalOf(dialect, { status: 503 }) : { principal, credential };
  if (decision.verdict === 'unknown') return refusalOf(dialect, { status: 503 });
  if (decision.reason !== 'missing_claim') return refusalOf(dialect, { status: statusOf(decision.reason) });
  return refusalOf(dialect, { status: 403, message: decision.message, missing: decision.missing });
}

export function isAdmitted(answer: Admitted | RefusalAnswer): answer is Admitted {
  return 'principal' in answer;
}

/** A stale region says nothing against the credential: it may be good a moment later. */
function statusOf(reason: DenyReason): 401 | 503 {
  return reason === 'stale' ? 503 : 401;
}

function permissionOf<Request>({ verb, resource, context }: GuardOptions<Request>, request: Request): Permission | undefined {
  if (verb === undefined || resource === undefined) return undefined;
  return { verb, resource: typeof resource === 'function' ? resource(request) : resource, ...(context === undefined ? {} : { context }) };
}
