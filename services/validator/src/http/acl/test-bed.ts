import { Access } from '@mintmark/access';
import { type issuer, toWire } from '@mintmark/contract';
import { authorityFrom, digestOf, type LiveRecord, type MintRecord, NO_REVISION, Refusal, type Revision, revision, tokenHash } from '@mintmark/domain';
import { createHttpServer, type HttpServer } from '@mintmark/kit/http';
import { systemWorld, type World } from '@mintmark/kit/lifecycle';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import { Follower, type View } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { AclAuthenticator } from '../../core/authenticate.ts';
import { ChangeFeed } from '../../core/feed.ts';
import { AuthorityResolver } from '../../core/resolver.ts';
import { longCallsOf } from '../../core/long-calls.ts';
import { Slices } from '../../core/slices.ts';
import { SlabCache } from '../../core/slab-cache.ts';
import { Strictness } from '../../core/strictness.ts';
import type { IssuerCall, IssuerCalls } from '../../core/types.ts';
import type { AclDeps } from './deps.ts';
import { registerAcl } from './register.ts';

/*
 * What the dialect's own tests stand on: a real server over a real view that the test writes, with the validator's own authenticator and feed. Only
 * the issuer is played: it notes what it is asked and answers what the test says.
 */

export const INCARNATION = 'log-incarnation-000001';
export const AUTHORITY_INCARNATION = 'authority-incarnation1';

/** A UUID that sorts as its number does. */
export function uuid(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

export const secretOf = (n: number): string => `${n.toString(16).padStart(8, '0')}-1111-4111-8111-ffffffffffff`;

export type TokenGiven = Partial<Omit<LiveRecord<'token'>['body'], 'secret' | 'hash'>> & {
  readonly scope?: 'global' | 'local';
  readonly secret?: string;
  readonly replica?: boolean;
};

/** The token of number `n`: a client with the policy `ops`, unless something else is said. */
export function token(n: number, given: TokenGiven = {}): LiveRecord<'token'> {
  const { scope = 'local', secret = secretOf(n), replica = false, ...said } = given;
  const body = {
    name: `token ${n}`,
    type: 'client' as const,
    policies: said.type === 'management' ? null : ['ops'],
    roleIds: [],
    createTime: '2026-01-02T03:04:05.123456789Z',
    expirationTime: null,
    expirationTtl: 0,
    ...said,
  };
  const origin = replica ? { origin: { region: 'us-east', incarnation: AUTHORITY_INCARNATION, revision: revision(1) } } : {};
  return {
    ...{ kind: 'token', id: uuid(n), scope, deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), ...origin },
    body: { ...body, secret: { digest: digestOf(secret.toLowerCase()), sealed: new Uint8Array(8) }, hash: tokenHash({ ...body, scope }) },
  } as LiveRecord<'token'>;
}

export const management = (n: number, given: TokenGiven = {}): LiveRecord<'token'> => token(n, { type: 'management', ...given });

export function role(n: number, name: string): LiveRecord<'role'> {
  const body = { name, description: '', policies: [], hash: new Uint8Array(32) };
  return { kind: 'role', id: uuid(n), scope: 'global', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), body };
}

export function policy(name: string, given: Partial<LiveRecord<'policy'>['body']> = {}): LiveRecord<'policy'> {
  const text = { description: '', rules: '', jobAcl: null, version: 1, author: 'system', writtenAt: '2026-01-02T03:04:05Z' };
  const body = { ...text, applies: 'holders' as const, system: false, hash: new Uint8Array(32), ...given };
  return { kind: 'policy', id: name, scope: 'global', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), body };
}

export function gone(record: LiveRecord): MintRecord {
  const { body: _, ...rest } = record;
  return { ...rest, deleted: true } as MintRecord;
}

/** Played: notes its calls; `answers` says what it does. */
export class PlayedIssuer implements IssuerCalls {
  readonly calls: { readonly method: keyof IssuerCalls; readonly request: unknown; readonly credential: string | undefined }[] = [];
  answers: Partial<Record<keyof IssuerCalls, () => unknown>> = {};

  bootstrapToken = (request: issuer.BootstrapTokenRequest, call: IssuerCall) => this.#answer<issuer.TokenWritten>('bootstrapToken', request, call);
  upsertToken = (request: issuer.UpsertTokenRequest, call: IssuerCall) => this.#answer<issuer.TokenWritten>('upsertToken', request, call);
  deleteToken = (request: issuer.DeleteTokenRequest, call: IssuerCall) => this.#answer<issuer.Written>('deleteToken', request, call);
  createOneTimeToken = (request: issuer.CreateOneTimeTokenRequest, call: IssuerCall) =>
    this.#answer<issuer.OneTimeTokenWritten>('createOneTimeToken', request, call);
  exchangeOneTimeToken = (request: issuer.ExchangeOneTimeTokenRequest, call: IssuerCall) =>
    this.#answer<issuer.TokenWritten>('exchangeOneTimeToken', request, call);
  upsertPolicy = (request: issuer.UpsertPolicyRequest, call: IssuerCall) => this.#answer<issuer.PolicyWritten>('upsertPolicy', request, call);
  deletePolicy = (request: issuer.DeletePolicyRequest, call: IssuerCall) => this.#answer<issuer.Written>('deletePolicy', request, call);
  restorePolicy = (request: issuer.RestorePolicyRequest, call: IssuerCall) => this.#answer<issuer.PolicyWritten>('restorePolicy', request, call);
  upsertRole = (request: issuer.UpsertRoleRequest, call: IssuerCall) => this.#answer<issuer.RoleWritten>('upsertRole', request, call);
  deleteRole = (request: issuer.DeleteRoleRequest, call: IssuerCall) => this.#answer<issuer.Written>('deleteRole', request, call);
  promote = (request: issuer.PromoteRequest, call: IssuerCall) => this.#answer<issuer.PromoteResponse>('promote', request, call);
  revealSecret = (request: issuer.RevealSecretRequest, call: IssuerCall) => this.#answer<issuer.RevealSecretResponse>('revealSecret', request, call);

  async #answer<T>(method: keyof IssuerCalls, request: unknown, call: IssuerCall): Promise<T> {
    this.calls.push({ method, request, credential: call.credential });
    const answer = this.answers[method];
    if (answer === undefined) throw new Refusal('unavailable', 'the issuer was not told what to answer');
    return answer() as T;
  }
}

/** The issuer's answer to a write of a token. */
export function written(
  record: LiveRecord<'token'>,
  about: Partial<Pick<issuer.TokenWritten, 'secretId' | 'roles'>> & { readonly index?: number } = {},
): issuer.TokenWritten {
  const { index = 7, secretId = secretOf(1), roles = [] } = about;
  return {
    written: { index, freshness: `us-east:${AUTHORITY_INCARNATION}:${index}` },
    record: toWire({ ...record, createIndex: revision(index) }),
    modifyIndex: index,
    secretId,
    roles,
  };
}

export interface BedOptions {
  /** Default `us-east`, the authority. */
  readonly region?: string;
  readonly maxWaiters?: number;
  readonly maxPerClient?: number;
  readonly urls?: Readonly<Record<string, string>>;
  /** What the authority knows of secrets that the region has not seen. */
  readonly resolve?: (digest: string) => LiveRecord<'token'> | undefined;
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  json<T = unknown>(): T;
}

export class Bed implements AsyncDisposable {
  readonly issuer = new PlayedIssuer();
  readonly failures: unknown[] = [];
  readonly region: string;
  readonly view: View = openEmbeddedView();
  readonly feed: ChangeFeed;
  readonly follower: Follower;
  readonly access: Access;
  /** Added to the wall clock: milliseconds. */
  clockOffset = 0;
  readonly server: HttpServer;
  readonly #stack = new AsyncDisposableStack();
  readonly #created = new Map<string, Revision>();
  #epoch = '';
  #at = NO_REVISION;

  private constructor(options: BedOptions) {
    this.region = options.region ?? 'us-east';
    const world: World = { ...systemWorld, clock: { now: () => systemWorld.clock.now() + this.clockOffset, monotonic: () => systemWorld.clock.monotonic() } };
    const cache = new SlabCache(1 << 20);
    const access = new Access(this.view, world.timers);
    this.access = access;
    this.follower = new Follower(
      this.view,
      { monotonic: () => world.clock.monotonic(), sleep: (ms, signal) => world.timers.sleep(ms, signal) },
      {
        onReset: () => {
          access.reset();
          cache.clear();
          this.feed.reset();
        },
        onChanges: (batch) => {
          for (const change of batch.changes) if (change.kind === 'token') cache.deleteById(change.id);
          access.changed(batch);
          this.feed.changed(batch);
        },
      },
    );
    this.feed = new ChangeFeed({ region: this.region, authority: () => authorityFrom(undefined, 'us-east'), follower: this.follower, timers: world.timers });
    const { resolve } = options;
    const authenticator = new AclAuthenticator({
      view: this.view,
      follower: this.follower,
      cache,
      trusted: () => this.follower.live,
      resolver: resolve === undefined ? undefined : new AuthorityResolver('token', async (digest) => answerOf(resolve(digest)), world, { remembered: 1_000, asks: () => true }),
      believes: () => true,
      world,
      stalenessMs: 5_000,
      strictness: new Strictness({ follows: () => undefined, strict: false, boundMs: 5_000, clock: world.clock }),
      counted: () => undefined,
    });
    const about = { service: 'validator', region: this.region };
    this.server = createHttpServer({
      host: '127.0.0.1',
      port: 0,
      logger: createLogger({ ...about, level: 'silent' }),
      metrics: createMetrics({ ...about, process: false }),
    });
    const urls = options.urls ?? {};
    const deps: AclDeps = {
      view: this.view,
      feed: this.feed,
      authenticator,
      access,
      decisions: { current: async (signal) => access.whenSettled(signal).then(() => true) },
      issuer: this.issuer,
      directory: { region: this.region, httpUrl: (name) => urls[name] },
      world,
      events: { failed: ({ error }) => void this.failures.push(error) },
      stopping: this.server.stopping,
      longCalls: longCallsOf({ maxWatchers: options.maxWaiters ?? 100, maxWatchersPerClient: options.maxPerClient ?? options.maxWaiters ?? 100, maxStreams: 1 }),
      slices: new Slices(world),
    };
    registerAcl(this.server.app, deps);
  }

  static async open(options: BedOptions = {}): Promise<Bed> {
    const bed = new Bed(options);
    await bed.startOver();
    const stop = new AbortController();
    const running = Promise.all([bed.follower.run(stop.signal), bed.access.run(stop.signal)]);
    bed.#stack.defer(() => bed.view.close());
    bed.#stack.defer(async () => {
      stop.abort();
      await running;
    });
    bed.#stack.defer(() => bed.server.stop(1_000));
    await bed.heard();
    return bed;
  }

  get at(): Revision {
    return this.#at;
  }

  get freshness(): string {
    return `${this.region}:${INCARNATION}:${this.#at}`;
  }

  /** Applies records as one step each, and waits until the feed has told of them. */
  async write(...records: readonly MintRecord[]): Promise<Revision> {
    const to = await this.#apply(records);
    await this.heard();
    return to;
  }

  /** Empties the view and fills it with these. */
  async startOver(...records: readonly MintRecord[]): Promise<void> {
    const { epoch } = await this.view.reset({ source: { region: this.region, incarnation: INCARNATION }, floor: this.#at });
    this.#epoch = epoch;
    this.#at = NO_REVISION;
    await this.#apply(records);
    await this.view.mark({ epoch, ready: true });
  }

  /** Moves the region's index on without touching a record. */
  async skip(to: number): Promise<void> {
    await this.view.apply([], { epoch: this.#epoch, from: this.#at, to: revision(to) });
    this.#at = revision(to);
    await this.heard();
  }

  /** Lets the region hear of the authority. */
  async contact(covered: number): Promise<void> {
    const contact = { region: 'us-east', incarnation: AUTHORITY_INCARNATION, covered: revision(covered), head: revision(covered), at: systemWorld.clock.now() };
    await this.view.mark({ epoch: this.#epoch, contact });
  }

  /** Resolves when the feed is live and stands where the view does. */
  async heard(): Promise<void> {
    const covered = (): boolean => this.follower.live && this.follower.position?.revision === this.#at;
    await eventually(covered, () => this.view.mark({ epoch: this.#epoch }));
  }

  async get(path: string, secret?: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
    return this.ask('GET', path, { ...(secret === undefined ? {} : { 'x-nomad-token': secret }), ...headers });
  }

  async ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: string | Buffer): Promise<Got> {
    const answer = await this.server.app.inject({
      method: method as 'GET',
      url: `/v1/acl/${path}`,
      headers: { ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, headers: answer.headers, text: answer.payload, json: () => JSON.parse(answer.payload) };
  }

  async #apply(records: readonly MintRecord[]): Promise<Revision> {
    const entries = records.map((record, i) => {
      const at = revision(this.#at + 1 + i);
      const createIndex = this.#created.get(record.id) ?? at;
      if (record.deleted) this.#created.delete(record.id);
      else this.#created.set(record.id, createIndex);
      return { revision: at, record: { ...record, createIndex } as MintRecord };
    });
    const to = revision(this.#at + records.length);
    await this.view.apply(entries, { epoch: this.#epoch, from: this.#at, to });
    this.#at = to;
    return to;
  }

  async listen(): Promise<string> {
    return `http://127.0.0.1:${await this.server.listen()}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** The authority's index of what only it has shown. */
export const FOREIGN_INDEX = 500;

function answerOf(record: LiveRecord<'token'> | undefined): issuer.ResolveSecretResponse {
  const shown = record === undefined ? undefined : toWire({ ...record, createIndex: revision(FOREIGN_INDEX) });
  return { record: shown, modifyIndex: shown === undefined ? 0 : FOREIGN_INDEX, freshness: `us-east:${AUTHORITY_INCARNATION}:${FOREIGN_INDEX}` };
}

/** Asks until it holds, for five seconds, and does something in between. */
export async function eventually(holds: () => boolean, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
  for (const endsAt = systemWorld.clock.monotonic() + 5_000; !holds(); ) {
    if (systemWorld.clock.monotonic() > endsAt) throw new Error(`not within 5 s: ${holds}`);
    await meanwhile();
    await systemWorld.timers.sleep(2);
  }
}
