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
}

/** Who is let in, and by what. */
export interface Admitted {
  readonly principal: Principal;
  readonly credential: Credential;
}

/** Judges one request. */
export async function admit<Request>(options: GuardOptions<Request>, request: Request, incoming: Incoming): Promise<Admitted | RefusalAnswer> {
  const { validator, dialects, audience } = options;
  const credential = credentialOf(incoming, dialects);
  if (credential === undefined || credential === 'conflict') return refusalOf(credential === 'conflict' ? 'session' : dialects[0], { status: 401 });
  const { dialect } = credential;
  const known = validator.checkAtOnce(credential) ?? (await validator.check(credential));
  if (known.verdict === 'unknown') return refusalOf(dialect, { status: 503 });
  if (known.verdict === 'deny') return refusalOf(dialect, { status: statusOf(known.reason) });
  if (audience !== undefined && known.principal.audience !== undefined && known.principal.audience !== audience) return refusalOf(dialect, { status: 401 });
  const { principal } = known;
  const permission = permissionOf(options, request);
  if (permission === undefined) return { principal, credential };
  const decision = await validator.authorize({ ...permission, credential });
  if (decision.verdict === 'allow') return { principal, credential };
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
