import type { ClientSettings } from './settings.ts';

/** The command was called wrongly: nothing was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** By a token, in person, or as an API client with its own secret. */
export type ActedBy = 'token' | 'person' | 'client';

/** The region answered, but not what was asked for. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  readonly text: string;
  readonly actedBy: ActedBy;

  /** `doing` is what was tried, such as `Error listing tokens`. */
  constructor(doing: string, status: number, text: string, actedBy: ActedBy = 'token') {
    super(`${doing}: Unexpected response code: ${status} (${text})`);
    this.status = status;
    this.text = text;
    this.actedBy = actedBy;
  }
}

/** No answer came, or none that a region gives. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly code: string;

  constructor(doing: string, problem: string, code: string) {
    super(`${doing}: ${problem}`);
    this.code = code;
  }
}

/** What to do next: one line. */
export function nextStep(error: unknown, settings: ClientSettings): string | undefined {
  if (error instanceof UnreachableError) return afterSilence(error.code, settings);
  if (!(error instanceof RefusedError)) return undefined;
  if (error.text === 'No path to region') return `Check -region or MINTMARK_REGION; the regions are at ${settings.address}/v1/regions`;
  if (error.text.startsWith('ACL bootstrap already done')) return 'To bootstrap once more: `mintmark operator bootstrap-reset` on the machine of the authority';
  if (error.status === 404 && (error.text === '' || error.text.startsWith('there is nothing at'))) return BY_STATUS[405];
  const byActor = BY_ACTOR[`${error.actedBy} ${error.status}`];
  if (byActor !== undefined) return byActor;
  if (error.status === 403) return afterDenial(error.text, settings);
  return BY_STATUS[error.status] ?? (error.status >= 500 ? `Look at ${settings.address}/readyz and at the logs of the region` : undefined);
}

function afterDenial(text: string, { token, address }: ClientSettings): string {
  if (token === undefined) return 'No token was given: set MINTMARK_TOKEN, or use -token';
  if (text.includes('expired')) return 'The token has expired: ask for a new one, and set MINTMARK_TOKEN';
  return `The token is unknown at ${address}, or may not do this: see \`mintmark acl token self\`, or set MINTMARK_TOKEN to another`;
}

const BY_ACTOR: Readonly<Record<string, string>> = {
  'person 401': 'Sign in anew: see `mintmark session create`',
  'person 403': 'Sign in as somebody who may do this',
  'client 401': 'Check the client ID (name@account) and the secret; is the client enabled?',
};

const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'Correct what the message names, then repeat',
  401: 'Set MINTMARK_TOKEN to a token that is good at this region',
  404: 'There is none of that name or id: see the list command',
  405: 'Is the address that of a region of this version? See MINTMARK_ADDR',
  409: 'Somebody else changed it meanwhile: read it again, then repeat',
  429: 'The region has too much to do: try again in a moment',
  503: 'Nothing was changed: try again when the region is ready, see its /readyz',
  504: 'It may have happened: read it back before trying again',
};

const CLIENT_CERTIFICATE = /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/;
const TLS_CODE = /CERT|SIGNATURE|ISSUER|SSL|TLS|EPROTO/;

function afterSilence(code: string, { address }: ClientSettings): string {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_WRONG_VERSION')) return 'Does the region speak https there? Check MINTMARK_ADDR or -address';
  if (CLIENT_CERTIFICATE.test(code)) return 'Give a certificate with -client-cert and its key with -client-key';
  if (TLS_CODE.test(code)) return 'Give the certificate authority with -ca-cert or MINTMARK_CACERT, and the name with -tls-server-name if it differs';
  return `Is the region up? Check ${address}/readyz, and MINTMARK_ADDR or -address`;
}
