import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RECORD_ROLES, type RecordRole, trustedKeyText } from '@mintmark/keys/records';
import { permissionsOf } from '@mintmark/log/nats';

/*
 * Makes deploy/secrets once: passwords, the sealing key, keys for records, and from the templates beside this file the configuration of each region's NATS and Redis.
 * What exists is kept; to start over, remove deploy/secrets together with the volumes.
 *
 *   npm run deploy:init                     us-east (authority), eu-west, ap-south
 *   npm run deploy:init -- a b c            other names, the authority first
 */

const here = fileURLToPath(new URL('.', import.meta.url));
const secrets = join(here, 'secrets');
const regions = process.argv.length > 2 ? process.argv.slice(2) : ['us-east', 'eu-west', 'ap-south'];
const password = (): string => randomBytes(24).toString('base64url');

/** Files that containers mount are readable for the users inside them; the folder above is the owner's alone, and so is what only compose reads. */
function write(path: string, text: string): void {
  writeFileSync(path, text, { mode: path.endsWith('.env') ? 0o600 : 0o644, flag: 'wx' });
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return readFileSync(join(here, template), 'utf8').replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${template}: nothing to put in place of @${name}@`);
    return value;
  });
}

interface Region {
  readonly name: string;
  /** What its services sign records with. */
  readonly recordKeys: Readonly<Record<RecordRole, Buffer>>;
  readonly passwords: Readonly<Record<'issuer' | 'replicator' | 'remoteReader' | 'reader' | 'view' | 'health', string>>;
}

function natsValues({ name, passwords }: Region): Record<string, string> {
  const values: Record<string, string> = { REGION: name };
  for (const [user, label] of [['issuer', 'ISSUER'], ['replicator', 'REPLICATOR'], ['remoteReader', 'REMOTE_READER']] as const) {
    const { publish, subscribe } = permissionsOf(name, `_INBOX_${user}`)[user];
    values[`${label}_PASSWORD`] = passwords[user];
    values[`${label}_PUBLISH`] = JSON.stringify(publish);
    values[`${label}_SUBSCRIBE`] = JSON.stringify(subscribe);
  }
  return values;
}

function environment(lines: Readonly<Record<string, string>>): string {
  return Object.entries(lines).map(([name, value]) => `${name}=${value}\n`).join('');
}

function writeRegion(region: Region, all: readonly Region[], sealingKey: string, trusted: string): void {
  const { name, passwords } = region;
  const folder = join(secrets, name);
  mkdirSync(folder, { mode: 0o755 });
  write(join(folder, 'nats.conf'), filled('nats/region.conf', natsValues(region)));
  write(join(folder, 'users.acl'), filled('redis/users.acl', { REGION: name, HEALTH_PASSWORD: passwords.health, READER_PASSWORD: passwords.reader, VIEW_PASSWORD: passwords.view }));
  const common = { MINTMARK_REGION: name, MINTMARK_AUTHORITY: all[0]?.name ?? name, MINTMARK_REDIS_URL: `redis://redis-${name}:6379`, MINTMARK_RECORD_KEYS: trusted };
  const reader = { MINTMARK_REDIS_USER: 'reader', MINTMARK_REDIS_PASSWORD: passwords.reader };
  const log = (user: RecordRole) => ({ MINTMARK_RECORD_KEY: region.recordKeys[user].toString('base64'), MINTMARK_NATS_SERVERS: `nats://nats-${name}:4222`, MINTMARK_NATS_USER: user, MINTMARK_NATS_PASSWORD: passwords[user] });
  const others = all.filter((other) => other !== region);
  const listed = (of: readonly Region[], value: (other: Region) => string): string => of.map((other) => `${other.name}=${value(other)}`).join(',');
  write(join(folder, 'issuer.env'), environment({ ...common, ...reader, ...log('issuer'), MINTMARK_SEALING_KEYS: sealingKey, MINTMARK_ISSUERS: listed(all, (other) => `issuer-${other.name}:4648`) }));
  const source = others.length === 0 ? {} : { MINTMARK_LOGS: listed(others, (other) => `nats://nats-${other.name}:4222`), MINTMARK_LOGS_USER: 'remoteReader', MINTMARK_LOGS_PASSWORD: passwords.remoteReader, MINTMARK_REPLICATORS: listed(others, (other) => `replicator-${other.name}:4649`) };
  write(join(folder, 'replicator.env'), environment({ ...common, MINTMARK_REDIS_USER: 'replicator', MINTMARK_REDIS_PASSWORD: passwords.view, ...log('replicator'), ...source }));
  const urls = regions.map((other) => `${other}=http://validator-${other}:4646`).join(',');
  write(join(folder, 'validator.env'), environment({ ...common, ...reader, MINTMARK_ISSUER: `issuer-${name}:4648`, MINTMARK_REPLICATOR: `replicator-${name}:4649`, MINTMARK_REGIONS: urls }));
}

if (existsSync(secrets)) {
  process.stdout.write(`${secrets} exists and is kept.\n`);
} else {
  mkdirSync(secrets, { mode: 0o700 });
  // One for all regions: each reads the same records of whoever is the authority.
  const remoteReader = password();
  const all = regions.map((name): Region => ({ name, recordKeys: { issuer: randomBytes(32), replicator: randomBytes(32) }, passwords: { issuer: password(), replicator: password(), remoteReader, reader: password(), view: password(), health: password() } }));
  const sealingKey = randomBytes(32).toString('base64');
  const trusted = all.flatMap(({ name, recordKeys }) => RECORD_ROLES.map((role) => trustedKeyText(name, role, recordKeys[role]))).join(',');
  for (const region of all) writeRegion(region, all, sealingKey, trusted);
  process.stdout.write(`Secrets for ${regions.join(', ')} are in ${secrets}. Keep a copy of it in a safe place: without the sealing key stored secrets cannot be shown again.\n`);
}
