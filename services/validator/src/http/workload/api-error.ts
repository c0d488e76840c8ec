import { Refusal, type RefusalCode } from '@mintmark/domain';
import type { Diagnostic } from '@mintmark/policy';
import type { FastifyReply } from 'fastify';
import { ViewError } from '@mintmark/view';

/** HTTP status of each refusal in the `workload` dialect. */
const STATUS: Readonly<Record<RefusalCode, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  conflict: 409,
  resource_exhausted: 429,
  internal: 500,
  unavailable: 503,
  stale: 503,
  outcome_unknown: 504,
};

/** What a refusal of this dialect says beside its text. */
export interface Details {
  readonly missing?: readonly string[];
  readonly diagnostics?: readonly Diagnostic[];
}

/** A refusal with more to tell. */
export class DetailedRefusal extends Refusal {
  readonly details: Details;

  constructor(code: RefusalCode, message: string, details: Details) {
    super(code, message);
    this.details = details;
  }
}

const MISSING = /: missing claim "((?:[^"\\]|\\.)+)" on "([^"]+)"$/;

/** The claim that a policy's refusal names in its words; issuers tell no more. */
function missingIn({ code, message }: Refusal): readonly string[] {
  const [, claim, resource] = (code === 'permission_denied' ? MISSING.exec(message) : null) ?? [];
  return claim === undefined ? [] : [`${claim.replaceAll('\\"', '"')} on ${resource}`];
}

/** Answers with the dialect's error object (specs of the seed systems, 1.1 row 20). Anything but a refusal goes on to the server's own error handling. */
export function sendApiError(reply: FastifyReply, error: unknown): FastifyReply {
  const refusal = error instanceof ViewError ? new Refusal('unavailable', "the region's view cannot be read now", { retryAfterMs: 1_000, cause: error }) : error;
  if (!(refusal instanceof Refusal)) throw refusal;
  const code = STATUS[refusal.code];
  const { missing = missingIn(refusal), diagnostics = [] } = refusal instanceof DetailedRefusal ? refusal.details : {};
  const retryMs = refusal.retryAfterMs ?? (code === 429 || code === 503 ? 1_000 : undefined);
  if (retryMs !== undefined) reply.header('retry-after', String(Math.ceil(retryMs / 1_000)));
  return reply.code(code).send({
    ...errorObject(reply, code, refusal.message),
    retry: retryMs !== undefined,
    duplicate_key: refusal.code === 'already_exists',
    missing_claims: missing,
    ...(diagnostics.length === 0 ? {} : { policy_error: { errors: diagnostics } }),
    ...(retryMs === undefined ? {} : { try_again_in_ms: retryMs }),
  });
}

/** The error object of what this service never does: 501. The reply is left to be sent with it. */
export function notImplemented(reply: FastifyReply, message: string): object {
  reply.code(501);
  return errorObject(reply, 501, message);
}

function errorObject(reply: FastifyReply, code: number, message: string) {
  return {
    code,
    message,
    client_side: code < 500,
    fatal: false,
    retry: false,
    duplicate_key: false,
    resource_missing: code === 404,
    request_invalid: code === 400,
    requires_restart: false,
    token_invalid: code === 401,
    missing_claims: [] as readonly string[],
    request_id: reply.request.id,
  };
}
