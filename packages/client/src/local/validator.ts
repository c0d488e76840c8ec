import { hash } from 'node:crypto';
import { isIP } from 'node:net';
import { validator as wire } from '@mintmark/contract';
import { type Dialect, isUuid, parseFreshness, parseTime, type Principal, type Verdict } from '@mintmark/domain';
import { Supervisor, systemWorld, type World } from '@mintmark/kit/lifecycle';
import { ClientError } from '../error.ts';
import { MintmarkClient } from '../http/client.ts';
import type { Credential, Decision, Permission } from '../http/types.ts';
import { type Answered, Asker } from './asker.ts';
import { connect, type TlsOptions } from './channel.ts';
import { RevocationFollower } from './feed.ts';
import { type Kept, KeptVerdicts } from './kept.ts';
import { keySet, type Signed } from './keys.ts';

export interface ValidatorOptions {
  /** `host:port` of the region's gRPC surface. */
  readonly grpc: string;
  /** `http://host:port` of its HTTP surface: decisions, and the key set. */
  readonly http: string;
  /** Files for gRPC over TLS. Absent: without. */
  readonly tls?: TlsOptions;
  /** How long verdicts that are kept count after the last word of the region: milliseconds. Default 5,000. */
  readonly boundMs?: number;
  /** Verdicts kept at most. Default 100,000. */
  readonly entries?: number;
  /** How long the region may take for an answer: milliseconds. Default 2,000. */
  readonly askWithinMs?: number;
  /** Clock, timers and randomness. Default: the system's. */
  readonly world?: World;
}

/** How well this process knows its region. */
export interface ValidatorState {
  /** Whether verdicts that are kept count now. Where not, each check asks the region. */
  readonly trusted: boolean;
  readonly kept: number;
  /** Up to which index the region has told what changed. */
  readonly index: number | undefined;
}

/** Judges credentials in this process. Dispose of it to end its streams. */
export interface LocalValidator extends AsyncDisposable {
  /** The verdict where it is kept and counts; `undefined` where the region has to be asked. */
  checkAtOnce(credential: Credential): Verdict | undefined;
  /** The verdict: kept, or the region's. A region that cannot be asked is the verdict `unknown`; what it does not judge is `malformed`. */
  check(credential: Credential): Promise<Verdict>;
  /** May the bearer do it? The region decides, at its policies of the moment. */
  authorize(question: Permission & { readonly credential: Credential }, options?: { readonly signal?: AbortSignal }): Promise<Decision>;
  state(): ValidatorState;
  /** Resolves once the region's feed is followed; checks work before, each by asking. */
  ready(): Promise<void>;
}

const BOUND_MS = 5_000;
const ENTRIES = 100_000;
const ASK_WITHIN_MS = 2_000;
const BACKOFF = { minMs: 50, maxMs: 1_000 } as const;
const LONGEST = 8_192;
const PREFIX: Readonly<Record<Dialect, string>> = { acl: 'a', oauth: 'o', personal: 'p', session: 's', workload: 'w' };
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** A validator of one region's credentials. It begins to follow the region's revocations at once. */
export function validator(options: ValidatorOptions): LocalValidator {
  return new RegionValidator(options);
}

class RegionValidator implements LocalValidator {
  readonly #world: World;
  readonly #kept: KeptVerdicts;
  readonly #client: wire.ValidatorClient;
  readonly #asker: Asker;
  readonly #feed: RevocationFollower;
  readonly #http: MintmarkClient;
  readonly #loops: Supervisor;
  readonly #signed: (token: string) => Promise<Signed>;
  readonly #asking = new Map<string, Promise<Verdict>>();
  #latest = 0;

  constructor(options: ValidatorOptions) {
    this.#world = options.world ?? systemWorld;
    this.#kept = new KeptVerdicts(options.entries ?? ENTRIES);
    this.#client = connect(options.grpc, options.tls);
    this.#asker = new Asker(this.#client, this.#world.timers, options.askWithinMs ?? ASK_WITHIN_MS);
    this.#feed = new RevocationFollower({ client: this.#client, kept: this.#kept, world: this.#world, boundMs: options.boundMs ?? BOUND_MS });
    this.#http = new MintmarkClient({ address: options.http, timeoutMs: options.askWithinMs ?? ASK_WITHIN_MS });
    this.#signed = keySet(options.http);
    this.#loops = new Supervisor({ world: this.#world, backoff: BACKOFF, onFailure: () => undefined });
    this.#loops.start('revocations', (signal) => this.#feed.run(signal));
  }

  checkAtOnce({ dialect, value, proof }: Credential): Verdict | undefined {
    if (proof !== undefined) return undefined;
    return this.#feed.trusted ? this.#verdictOf(keyOf(dialect, value)) : undefined;
  }

  async check(credential: Credential): Promise<Verdict> {
    const { dialect, value, source } = credential;
    if (value.length > LONGEST || value === '' || (dialect === 'acl' && !isUuid(value)) || (source !== undefined && isIP(source) === 0)) return { verdict: 'deny', reason: 'malformed' };
    const key = keyOf(dialect, value);
    if (credential.proof !== undefined) return this.#ask(key, credential);
    const known = this.#feed.trusted ? this.#verdictOf(key) : undefined;
    if (known !== undefined) return known;
    const question = `${key}${source ?? ''}`;
    const running = this.#asking.get(question);
    if (running !== undefined) return running;
    const asked = this.#ask(key, credential).finally(() => this.#asking.delete(question));
    this.#asking.set(question, asked);
    return asked;
  }

  async authorize(question: Permission & { readonly credential: Credential }, options: { readonly signal?: AbortSignal } = {}): Promise<Decision> {
    // A proof counts once: the region judges the credential where it decides.
    const known = question.credential.proof === undefined ? await this.check(question.credential) : undefined;
    if (known !== undefined && known.verdict !== 'allow') return { ...known, freshness: '' };
    try {
      return await this.#http.authorize(question, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof ClientError && (error.code === 'unavailable' || error.code === 'timeout')) return { verdict: 'unknown', reason: 'unavailable', freshness: '' };
      throw error;
    }
  }

  state(): ValidatorState {
    return { trusted: this.#feed.trusted, kept: this.#kept.size, index: this.#kept.place?.index };
  }

  ready(): Promise<void> {
    return this.#feed.heard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loops[Symbol.asyncDispose]();
    this.#asker[Symbol.dispose]();
    this.#client.close();
    await this.#http[Symbol.asyncDispose]();
  }

  #verdictOf(key: string): Verdict | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    return kept.untilMs > this.#now() ? kept.verdict : { verdict: 'deny', reason: 'expired' };
  }

  async #ask(key: string, credential: Credential): Promise<Verdict> {
    if ((credential.dialect === 'oauth' || credential.dialect === 'workload') && JWT.test(credential.value) && (await this.#signed(credential.value)) === 'bad') {
      return { verdict: 'deny', reason: 'unknown' };
    }
    const asked = this.#kept.asking();
    let answer: Answered;
    try {
      answer = await this.#asker.ask(credential);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return error.code === 'refused' ? { verdict: 'deny', reason: 'malformed' } : { verdict: 'unknown', reason: 'unavailable' };
    }
    const { response, restsOn } = answer;
    const verdict = verdictOf(response);
    if (credential.proof !== undefined) return verdict;
    if (verdict.verdict === 'allow') this.#kept.keep(key, keptOf(verdict, restsOn), parseFreshness(response.freshness), asked);
    else this.#kept.delete(key);
    return verdict;
  }

  /** The latest wall-clock time seen: what has expired once stays so (P2). */
  #now(): number {
    const now = this.#world.clock.now();
    if (now > this.#latest) this.#latest = now;
    return this.#latest;
  }
}

/** 32 bytes in one character each. */
function keyOf(dialect: Dialect, value: string): string {
  return hash('sha256', PREFIX[dialect] + value, 'binary');
}

function keptOf(verdict: Kept['verdict'], marks: readonly number[]): Kept {
  const { expiresAt } = verdict.principal;
  const at = expiresAt === null ? undefined : parseTime(expiresAt);
  return { verdict, untilMs: at === undefined ? Number.POSITIVE_INFINITY : Number(at) / 1e6, marks };
}

const { VERDICT_ALLOW, VERDICT_DENY } = wire.Verdict;

function verdictOf({ verdict, reason, principal }: wire.ValidateResponse): Verdict {
  if (verdict === VERDICT_ALLOW && principal !== undefined) return { verdict: 'allow', principal: principalOf(principal) };
  if (verdict === VERDICT_DENY) return { verdict: 'deny', reason: reason === 'expired' || reason === 'malformed' ? reason : 'unknown' };
  return { verdict: 'unknown', reason: reason === 'stale' ? 'stale' : 'unavailable' };
}

const NONE: readonly string[] = Object.freeze([]);

/** Empty lists are one list: many principals are kept. */
function principalOf({ subject, dialect, type, name, policies, roleIds, roles, organizations, global, audience, expiresAt }: wire.Principal): Principal {
  const list = (values: readonly string[]): readonly string[] => (values.length === 0 ? NONE : values);
  return {
    subject,
    dialect: dialect as Dialect,
    type: type as Principal['type'],
    name,
    policies: list(policies),
    roleIds: list(roleIds),
    roles: list(roles),
    organizations: list(organizations),
    global,
    ...(audience === '' ? {} : { audience }),
    expiresAt: expiresAt === '' ? null : expiresAt,
  };
}
