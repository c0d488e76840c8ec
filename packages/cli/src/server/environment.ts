import { type EnvironmentReader, type Form, textForm, urlForm } from '@mintmark/kit/config';
import type { TlsFiles } from '@mintmark/kit/rpc';
import type { LogLevel } from '@mintmark/kit/telemetry';

const REGION = { pattern: /^[a-z0-9][a-z0-9-]{0,62}$/, accepts: '1 to 63 of a-z, 0-9 and "-", not starting with "-"' } as const;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export const regionForm = textForm(REGION);
export const httpUrlForm = urlForm(['http', 'https']);

export interface Common {
  readonly region: string;
  readonly authority: string;
  readonly logLevel: LogLevel;
  readonly tls: TlsFiles | 'insecure';
}

/** Variables that every service reads. */
export function readCommon(env: EnvironmentReader): Common {
  const region = env.text('MINTMARK_REGION', { about: 'Name of the region that this process belongs to.', ...REGION });
  const authority = env.text('MINTMARK_AUTHORITY', { about: 'Name of the region that is the authority as long as none was promoted. The same in every region, and never changed.', ...REGION });
  const logLevel = env.choice('MINTMARK_LOG_LEVEL', LEVELS, { about: 'Log lines of this level and above.', default: 'info' as const });
  return { region, authority, logLevel, tls: readTls(env) };
}

function readTls(env: EnvironmentReader): TlsFiles | 'insecure' {
  const ca = env.text('MINTMARK_TLS_CA', { about: 'PEM file of the certificate authority for gRPC between services.', default: undefined });
  const cert = env.text('MINTMARK_TLS_CERT', { about: "PEM file of this service's certificate.", default: undefined });
  const key = env.text('MINTMARK_TLS_KEY', { about: "PEM file of this service's private key.", default: undefined });
  if (ca === undefined && cert === undefined && key === undefined) return 'insecure';
  if (ca !== undefined && cert !== undefined && key !== undefined) return { ca, cert, key };
  env.fault('MINTMARK_TLS_CA', 'is needed together with MINTMARK_TLS_CERT and MINTMARK_TLS_KEY: all three or none');
  return 'insecure';
}

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export function readListen(env: EnvironmentReader, name: string, about: string): Listen {
  const { host, port } = env.address(name, { about, anyPort: true });
  return { host, port };
}

export interface NatsSettings {
  readonly servers: readonly string[];
  readonly user?: string;
  readonly pass?: string;
  /** Each user subscribes below a prefix of its own. */
  readonly inboxPrefix?: string;
}

/** The NATS account for the region's own log. */
export function readNats(env: EnvironmentReader): NatsSettings {
  const servers = env.list('MINTMARK_NATS_SERVERS', natsUrlForm, { about: "NATS servers of the region's log." });
  return { servers: servers.map((url) => url.host), ...readAccount(env, 'MINTMARK_NATS', "the region's log") };
}

/** Where the logs of the other regions are, by region, and the account by which global records are read there. */
export function readLogs(env: EnvironmentReader): ReadonlyMap<string, NatsSettings> {
  const about = "NATS servers of every other region's log, several of one region parted by semicolons. Without the others no region can be promoted.";
  const logs = env.map('MINTMARK_LOGS', { key: regionForm, value: serversForm }, { about, default: undefined });
  const account = readAccount(env, 'MINTMARK_LOGS', "the other regions' logs, the same in all");
  return new Map([...(logs ?? [])].map(([region, servers]) => [region, { servers, ...account }]));
}

const natsUrlForm = urlForm(['nats', 'tls']);
const serversForm: Form<readonly string[]> = {
  accepts: 'URLs that start with nats:// or tls://, parted by ";"',
  echo: false,
  placeholder: [],
  parse(text) {
    const urls = text.split(';').map((one) => natsUrlForm.parse(one));
    return urls.every((url) => url.ok) ? { ok: true, value: urls.map(({ value }) => value.host) } : { ok: false };
  },
};

function readAccount(env: EnvironmentReader, prefix: string, whose: string): Omit<NatsSettings, 'servers'> {
  const user = env.text(`${prefix}_USER`, { about: `NATS user for ${whose}.`, default: undefined });
  const pass = env.secret(`${prefix}_PASSWORD`, { about: `NATS password for ${whose}.`, default: undefined });
  return {
    ...(user === undefined ? {} : { user, inboxPrefix: `_INBOX_${user}` }),
    ...(pass === undefined ? {} : { pass: pass.reveal() }),
  };
}

export function readReplicas(env: EnvironmentReader): number {
  return env.integer('MINTMARK_NATS_REPLICAS', { about: 'Copies of the log within the region: 1, or 3 with nats-server 2.10.27 or newer.', default: 1, min: 1, max: 5 });
}

export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

export function readRedis(env: EnvironmentReader): RedisSettings {
  const url = env.url('MINTMARK_REDIS_URL', ['redis', 'rediss'], { about: "Redis of the region's view: redis://host:port, or rediss:// for TLS." });
  const username = env.text('MINTMARK_REDIS_USER', { about: 'Redis user.', default: undefined });
  const password = env.secret('MINTMARK_REDIS_PASSWORD', { about: 'Redis password.', default: undefined });
  return {
    host: url.hostname,
    port: url.port === '' ? 6379 : Number(url.port),
    tls: url.protocol === 'rediss:',
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
  };
}
