import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Headers that are about one connection (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'];
/** Credentials of any dialect, and what tells where a request came from: the job says neither. */
const OF_THE_JOB = ['authorization', 'proxy-authorization', 'x-nomad-token', 'apprendasessiontoken', 'cookie', 'dpop', 'host', 'forwarded', 'via'];
const FORWARDED = /^x-(?:forwarded-|real-ip$)/;

/** What goes on to the API: the job's headers without its credentials, and its token. */
export function towardsApi({ headers }: IncomingMessage, token: string): Record<string, string | string[]> {
  const dropped = new Set([...HOP_BY_HOP, ...OF_THE_JOB, ...namedByConnection(headers)]);
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !dropped.has(name) && !FORWARDED.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string | string[]>), authorization: `Bearer ${token}` };
}

/** What goes back to the job. */
export function towardsJob(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | string[]> {
  const dropped = new Set([...HOP_BY_HOP, ...namedByConnection(headers)]);
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && !dropped.has(name))) as Record<string, string | string[]>;
}

function namedByConnection({ connection = '' }: IncomingHttpHeaders | Readonly<Record<string, string | string[] | undefined>>): readonly string[] {
  return String(connection)
    .split(',')
    .map((name) => name.trim().toLowerCase());
}
