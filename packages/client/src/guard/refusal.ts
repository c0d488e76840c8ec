import type { Dialect } from '@mintmark/domain';

/** An answer instead of the guarded one. */
export interface RefusalAnswer {
  readonly status: 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Refused {
  readonly status: RefusalAnswer['status'];
  /** Why not, in words. */
  readonly message?: string | undefined;
  readonly missing?: readonly string[] | undefined;
  /** Whether a credential was presented. Default: true. */
  readonly presented?: boolean;
}

interface Words {
  readonly type: string;
  readonly challenge?: (refused: Refused) => string;
  body(refused: Refused): string;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const MEANING = { 401: 'the credential is missing or not good', 403: 'Permission denied', 503: 'the region cannot tell now; try again' } as const;

/** What proofs may be signed with (RFC 9449 section 7.1). */
const PROOF_ALGORITHMS = 'ES256 EdDSA';

/** How each dialect says no (specs of the seed systems: 1.1, 2.1, 3.1, 4.1). */
const WORDS: Readonly<Record<Dialect, Words>> = {
  acl: { type: TEXT, body: ({ status, message }) => (status === 503 ? MEANING[503] : (message ?? 'Permission denied')) },
  oauth: {
    type: 'text/plain',
    challenge: (refused) => `${bearerChallenge(refused)}, DPoP algs="${PROOF_ALGORITHMS}"`,
    body: ({ status, message }) => (status === 401 ? 'Failed to authenticate: invalid access token.' : (message ?? MEANING[status])),
  },
  personal: {
    type: JSON_TYPE,
    challenge: () => 'Token',
    body: ({ status, message }) => JSON.stringify({ httpStatusCode: status, messages: [message ?? MEANING[status]] }),
  },
  session: { type: JSON_TYPE, body: ({ status, message }) => JSON.stringify({ message: message ?? MEANING[status] }) },
  workload: { type: JSON_TYPE, challenge: bearerChallenge, body: apiError },
};

/** The answer in the dialect's own words. A Nomad client knows 403 only. */
export function refusalOf(dialect: Dialect, refused: Refused): RefusalAnswer {
  const { type, challenge, body } = WORDS[dialect];
  const status = dialect === 'acl' && refused.status === 401 ? 403 : refused.status;
  return {
    status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      ...(status !== 503 && challenge !== undefined ? { 'www-authenticate': challenge(refused) } : {}),
      ...(status === 503 ? { 'retry-after': '1' } : {}),
    },
    body: body(refused),
  };
}

/** RFC 6750 section 3.1: an error code only where a credential was presented. */
function bearerChallenge({ status, presented = true }: Refused): string {
  if (status === 403) return 'Bearer error="insufficient_scope"';
  return presented ? 'Bearer error="invalid_token"' : 'Bearer';
}

function apiError({ status, message, missing = [] }: Refused): string {
  return JSON.stringify({
    code: status,
    message: message ?? MEANING[status],
    client_side: status < 500,
    fatal: false,
    retry: status === 503,
    duplicate_key: false,
    resource_missing: false,
    request_invalid: false,
    requires_restart: false,
    token_invalid: status === 401,
    missing_claims: missing,
    ...(status === 503 ? { try_again_in_ms: 1_000 } : {}),
  });
}
