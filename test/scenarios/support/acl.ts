import { randomUUID } from 'node:crypto';
import type { Region } from './cluster.ts';
import { type Ask, type Http, httpClient, json, type Reply } from './http.ts';

/** A token as the `acl` dialect shows it (specs 1.5). */
export interface TokenJson {
  AccessorID: string;
  SecretID: string;
  Name: string;
  Type: string;
  Policies: string[] | null;
  Roles: { ID: string; Name: string }[] | null;
  Global: boolean;
  Hash: string;
  CreateTime: string;
  ExpirationTime: string | null;
  ExpirationTTL: string;
  CreateIndex: number;
  ModifyIndex: number;
}

export type StubJson = Omit<TokenJson, 'SecretID' | 'ExpirationTTL'>;
export type TokenInput = Partial<TokenJson>;

/** One region's `acl` API as one caller sees it. Replies are handed back as they are; `mint` and `look` insist on success. */
export class AclApi {
  readonly region: Region;
  readonly call: Http;
  readonly secret: string | undefined;
  private readonly secrets: Set<string>;

  constructor(region: Region, call: Http, secrets: Set<string>, secret?: string) {
    this.region = region;
    this.call = call;
    this.secrets = secrets;
    this.secret = secret;
  }

  /** The same region for another caller; `undefined` sends no credential. */
  as(secret: string | undefined): AclApi {
    return new AclApi(this.region, this.call, this.secrets, secret);
  }

  bootstrap(body?: unknown, query?: Ask['query']): Promise<Reply> {
    return this.send('POST', '/v1/acl/bootstrap', { body, query });
  }

  list(query?: Ask['query'], ask: Ask = {}): Promise<Reply> {
    return this.send('GET', '/v1/acl/tokens', { ...ask, query });
  }

  read(accessor: string, query?: Ask['query'], ask: Ask = {}): Promise<Reply> {
    return this.send('GET', `/v1/acl/token/${accessor}`, { ...ask, query });
  }

  self(query?: Ask['query'], ask: Ask = {}): Promise<Reply> {
    return this.send('GET', '/v1/acl/token/self', { ...ask, query });
  }

  create(body: unknown, ask: Ask = {}): Promise<Reply> {
    return this.send('POST', '/v1/acl/token', { ...ask, body });
  }

  update(accessor: string, body: unknown, ask: Ask = {}): Promise<Reply> {
    return this.send('POST', `/v1/acl/token/${accessor}`, { ...ask, body });
  }

  delete(accessor: string, ask: Ask = {}): Promise<Reply> {
    return this.send('DELETE', `/v1/acl/token/${accessor}`, ask);
  }

  oneTime(): Promise<Reply> {
    return this.send('POST', '/v1/acl/token/onetime');
  }

  exchange(secret: string): Promise<Reply> {
    return this.send('POST', '/v1/acl/token/onetime/exchange', { body: { OneTimeSecretID: secret } });
  }

  /** Sends as this caller and keeps every secret of a success for the scan of stored bytes (P8). */
  async send(method: string, path: string, ask: Loose<Ask> = {}): Promise<Reply> {
    const given = Object.fromEntries(Object.entries(ask).filter(([, value]) => value !== undefined));
    const reply = await this.call(method, path, { token: this.secret, ...given });
    if (reply.status === 200) this.remember(reply.text);
    return reply;
  }

  /** Creates a token, a client one with policy `readonly` when nothing else is asked, and insists on success. */
  async mint(input: TokenInput = {}): Promise<Minted> {
    const body = input.Type === 'management' ? input : { Type: 'client', Policies: ['readonly'], ...input };
    const reply = await this.create({ Name: named('t'), ...body });
    return { ...json<TokenJson>(succeeded(reply, 'create')), freshness: freshnessOf(reply), index: indexOf(reply) };
  }

  /** Reads a token and insists on success. */
  async look(accessor: string, ask: Ask = {}): Promise<TokenJson> {
    return json<TokenJson>(succeeded(await this.read(accessor, ask.query, ask), 'read'));
  }

  /** The accessors of the whole list. */
  async accessors(): Promise<string[]> {
    return json<StubJson[]>(succeeded(await this.list(), 'list')).map((stub) => stub.AccessorID);
  }

  private remember(text: string): void {
    for (const [, secret] of text.matchAll(/"(?:SecretID|OneTimeSecretID)":\s*"([^"]+)"/g)) if (secret !== undefined) this.secrets.add(secret);
  }
}

export interface Minted extends TokenJson {
  readonly freshness: string;
  /** `X-Nomad-Index` of the create. */
  readonly index: number;
}

type Loose<T> = { [K in keyof T]?: T[K] | undefined };

/** An API of a region with connections of its own. `refusals` gets every answer that tells of an error, with its headers. */
export function openApi(region: Region, secrets: Set<string>, refusals: string[] = []): { readonly api: AclApi; close(): Promise<void> } {
  const client = httpClient(region.http);
  const call: Http = async (method, path, ask) => {
    const reply = await client.call(method, path, ask);
    if (reply.status >= 400) refusals.push(`${reply.status} ${JSON.stringify(reply.headers)} ${reply.text}`);
    return reply;
  };
  return { api: new AclApi(region, call, secrets), close: client.close };
}

/** A name that no other test uses. */
export function named(stem: string): string {
  return `${stem}-${randomUUID().slice(0, 13)}`;
}

/** The reply, or an error that shows what came instead of 200. */
export function succeeded(reply: Reply, what: string): Reply {
  if (reply.status !== 200) throw new Error(`${what}: expected 200, got ${reply.status} ${reply.text.slice(0, 300)}`);
  return reply;
}

/** `X-Nomad-Index` as a number; NaN when the header is missing. */
export function indexOf(reply: Reply): number {
  const text = reply.headers['x-nomad-index'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** `X-Mintmark-Freshness`; empty when missing. */
export function freshnessOf(reply: Reply): string {
  return reply.headers['x-mintmark-freshness'] ?? '';
}

/** The request headers that demand an answer not older than `freshness`. */
export function notOlderThan(freshness: string): Record<string, string> {
  return { 'X-Mintmark-Freshness': freshness };
}
