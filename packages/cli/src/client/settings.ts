import { type EnvironmentReader, readEnvironment, Secret, urlForm } from '@mintmark/kit/config';
import type { Environment } from '../environment.ts';
import { clientEnvironment } from './fallbacks.ts';
import { UsageError } from './failure.ts';

/** Where and as whom the command line calls. */
export interface ClientSettings {
  /** Without a slash at its end. */
  readonly address: string;
  readonly token: Secret | undefined;
  /** A signed token, which goes as a bearer's. */
  readonly bearer?: Secret;
  /** How somebody acts in person, without another token: by a header, or not signed in yet. */
  readonly person?: { readonly header: 'apprendasessiontoken' | 'authorization'; readonly value: Secret } | 'signing in';
  readonly own: OwnCredentials;
  /** The region that is to answer; absent: the one at the address. */
  readonly region: string | undefined;
  readonly tls: TlsSettings;
  readonly color: boolean;
}

/** What somebody signs in with, and what a command is to set. */
export interface OwnCredentials {
  readonly session: Secret | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly newPassword: Secret | undefined;
  /** `name@account` of an API client. */
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
}

/** Paths of PEM files, and how the server is checked. */
export interface TlsSettings {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
  readonly skipVerify: boolean;
}

/** Flags of every command that calls a region. They go before variables. */
export interface ClientFlags {
  readonly address?: string;
  readonly region?: string;
  readonly token?: string;
  readonly caCert?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly tlsServerName?: string;
  readonly tlsSkipVerify?: true;
  /** `false` for `-no-color`. */
  readonly color?: boolean;
}

const ADDRESS = urlForm(['http', 'https']);
/** What a header can carry. */
const SECRET_ID = { pattern: /^[\x21-\x7e]+$/, accepts: 'the SecretID of a token' } as const;
const DEFAULT_ADDRESS = new URL('http://127.0.0.1:4646');

/** Throws `ConfigError` or `UsageError`, which name the variable or flag. */
export function clientSettings(env: Environment, flags: ClientFlags): ClientSettings {
  const read = readClientVariables(readEnvironment(withoutOverridden(clientEnvironment(env), flags)));
  return {
    address: flags.address === undefined ? read.address : addressOf(flags.address),
    token: tokenOf(flags) ?? read.token,
    region: flags.region ?? read.region,
    tls: {
      ca: flags.caCert ?? read.tls.ca,
      cert: flags.clientCert ?? read.tls.cert,
      key: flags.clientKey ?? read.tls.key,
      serverName: flags.tlsServerName ?? read.tls.serverName,
      skipVerify: flags.tlsSkipVerify ?? read.tls.skipVerify,
    },
    color: flags.color !== false && read.color,
    own: read.own,
  };
}

/** What the command line reads from its environment. */
export function readClientVariables(env: EnvironmentReader): ClientSettings {
  const address = env.url('MINTMARK_ADDR', ['http', 'https'], { about: 'HTTP address of a region (or NOMAD_ADDR).', default: DEFAULT_ADDRESS });
  const token = env.secret('MINTMARK_TOKEN', { about: 'SecretID of the token to act with (or NOMAD_TOKEN).', default: undefined, ...SECRET_ID });
  const region = env.text('MINTMARK_REGION', { about: 'Region that is to answer, when not the one at the address (or NOMAD_REGION).', default: undefined });
  const ca = env.text('MINTMARK_CACERT', { about: 'PEM file of the certificate authority for https (or NOMAD_CACERT).', default: undefined });
  const cert = env.text('MINTMARK_CLIENT_CERT', { about: "PEM file of the client's certificate (or NOMAD_CLIENT_CERT).", default: undefined });
  const key = env.text('MINTMARK_CLIENT_KEY', { about: "PEM file of the client's private key (or NOMAD_CLIENT_KEY).", default: undefined });
  const serverName = env.text('MINTMARK_TLS_SERVER_NAME', { about: 'Name that the certificate must bear, when not that of the address (or NOMAD_TLS_SERVER_NAME).', default: undefined });
  const skipVerify = env.flag('MINTMARK_SKIP_VERIFY', { about: 'Do not check the certificate: for tests only (or NOMAD_SKIP_VERIFY).', default: false });
  const own = readOwnCredentials(env);
  const plain = env.flag('MINTMARK_CLI_NO_COLOR', { about: 'No colours (or NOMAD_CLI_NO_COLOR, or NO_COLOR).', default: false });
  return env.finish(() => ({ address: withoutSlash(address), token, region, tls: { ca, cert, key, serverName, skipVerify }, color: !plain, own }));
}

function readOwnCredentials(env: EnvironmentReader): OwnCredentials {
  return {
    session: env.secret('MINTMARK_SESSION', { about: 'Token of a login session, for what somebody does in person.', default: undefined, pattern: SECRET_ID.pattern, accepts: 'the token of a session' }),
    username: env.text('MINTMARK_USERNAME', { about: 'Username to sign in with, where there is no session.', default: undefined }),
    password: env.secret('MINTMARK_PASSWORD', { about: 'Password to sign in with.', default: undefined }),
    newPassword: env.secret('MINTMARK_NEW_PASSWORD', { about: 'Password that `mintmark user create` and `mintmark user password` give the user.', default: undefined }),
    clientId: env.text('MINTMARK_CLIENT_ID', { about: 'API client to get tokens for with `mintmark client token`: name@account.', default: undefined }),
    clientSecret: env.secret('MINTMARK_CLIENT_SECRET', { about: 'Secret of that API client.', default: undefined }),
  };
}

const VARIABLE_OF: Readonly<Partial<Record<keyof ClientFlags, readonly string[]>>> = {
  address: ['MINTMARK_ADDR'],
  token: ['MINTMARK_TOKEN', 'MINTMARK_TOKEN_FILE'],
  region: ['MINTMARK_REGION'],
};

/** A faulty variable does no harm where a flag goes before it. */
function withoutOverridden(env: Environment, flags: ClientFlags): Environment {
  const names = Object.entries(VARIABLE_OF).flatMap(([flag, variables]) => (flags[flag as keyof ClientFlags] === undefined ? [] : variables));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

function addressOf(text: string): string {
  const parsed = ADDRESS.parse(text);
  if (!parsed.ok) throw new UsageError(`-address ${parsed.problem ?? `must be ${ADDRESS.accepts}`}`);
  return withoutSlash(parsed.value);
}

/** The flag's value is a secret: what is wrong with it is told without it. */
function tokenOf(flags: ClientFlags): Secret | undefined {
  if (flags.token === undefined) return undefined;
  if (!SECRET_ID.pattern.test(flags.token)) throw new UsageError(`-token must be ${SECRET_ID.accepts} (its value is not shown)`);
  return new Secret(flags.token);
}

function withoutSlash(url: URL): string {
  return url.href.replace(/\/+$/, '');
}

