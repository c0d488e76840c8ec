import { validator } from '@mintmark/contract';
import { keyText, type MintRecord, type Scope } from '@mintmark/domain';
import type { RegionName } from '../cluster.ts';
import { ALTERED } from '../faults/tamper.ts';
import { EPOCH_MS, type SimNode, type SimProcess } from '../kernel/node.ts';
import type { Acks } from './acks.ts';
import type { Verdicts } from './broken.ts';
import type { Epochs } from './epochs.ts';
import type { History } from './history.ts';

/** A token that a client was given. */
export interface KnownToken {
  readonly n: number;
  readonly id: string;
  readonly secret: string;
  readonly scope: Scope;
  /** Whose log decides on it. */
  readonly home: RegionName;
  readonly policies: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
  /** Whether somebody asked for its end, and whether he was told that it has. */
  revocation: 'none' | 'asked' | 'acknowledged';
}

/** A question about a credential, as it was when it was asked. */
export interface Asked {
  readonly at: number;
  readonly region: RegionName;
  readonly node: SimNode;
  readonly process: SimProcess | undefined;
  /** The epoch that the region's view shows, and has shown for a while: a region that has not heard of a new authority does not ask it. */
  readonly epoch: number;
  /** What the region had acknowledged. */
  readonly acked: number;
  /** The validator's own wall clock. */
  readonly wall: number;
  /** Answers that this validator had given from its cache without being able to read its view. */
  readonly stale: number;
}

export interface Answer {
  readonly verdict: validator.Verdict;
  readonly reason: string;
  /** Of the principal; empty for none. */
  readonly name: string;
  readonly stale: number;
}

/** How long a cache may answer while the view cannot be read, and what messages and clocks add to it: milliseconds. */
const STALENESS_MS = 5_000 + 2_500;
/** Nobody is sure of an expiry that is nearer than this: clocks differ. */
const CLOCKS_MS = 10_000;

/** Judges verdicts about tokens: P2, P5, P6, P7. */
export class TokenJudge {
  readonly #histories: ReadonlyMap<string, History>;
  readonly #acks: Acks;
  readonly #epochs: Epochs;
  readonly #verdicts: Verdicts;
  readonly #tampered: (region: RegionName, token: KnownToken) => boolean;
  readonly #denied = new Map<string, number>();
  readonly #expiredBy = new WeakMap<SimProcess, Set<string>>();

  /** `tampered`: whether the token was ever tampered with in the region, or taken out of a log that the region had to take it from. */
  constructor(histories: ReadonlyMap<string, History>, acks: Acks, epochs: Epochs, verdicts: Verdicts, tampered: (region: RegionName, token: KnownToken) => boolean) {
    this.#histories = histories;
    this.#acks = acks;
    this.#epochs = epochs;
    this.#verdicts = verdicts;
    this.#tampered = tampered;
  }

  judge(token: KnownToken, asked: Asked, answer: Answer, now: number): void {
    if (answer.verdict === validator.Verdict.VERDICT_ALLOW) this.#judgeAllow(token, asked, answer);
    else if (answer.verdict === validator.Verdict.VERDICT_DENY) this.#judgeDeny(token, asked, answer, now);
  }

  /** The state of the token where it is decided on. */
  decided(token: KnownToken): MintRecord | undefined {
    return this.#homeOf(token)?.newest(keyOf(token))?.record;
  }

  /** Whether it may have gone, or what became of it, with an authority that was replaced by force. */
  mayBeLost(token: KnownToken): boolean {
    if (token.scope === 'local' || !this.#epochs.forced) return false;
    return [...this.#histories.values()].some((history) =>
      history.ever(keyOf(token)).some(({ record, revision }) => record.origin === undefined && !this.#epochs.handedOver({ region: history.region, epoch: record.epoch ?? 0, revision })),
    );
  }

  /** Whether it was made by an authority that the region had not heard of. */
  #isOfLaterEpoch(token: KnownToken, { epoch }: Asked): boolean {
    return token.scope === 'global' && [...this.#histories.values()].some((history) => (history.ever(keyOf(token))[0]?.record.epoch ?? 0) > epoch);
  }

  #homeOf({ scope, home }: KnownToken): History | undefined {
    return this.#histories.get(scope === 'global' ? this.#epochs.authority : home);
  }

  #judgeAllow(token: KnownToken, asked: Asked, answer: Answer): void {
    const { region } = asked;
    const name = nameOf(token);
    if (answer.name.endsWith(ALTERED)) return this.#verdicts.broken('P10', `${asked.node.name} believes what somebody wrote over ${name}`);
    if (token.scope === 'local' && token.home !== region) return this.#verdicts.broken('P5', `${region} allows ${name}, which is local to ${token.home}`);
    const states = this.#histories.get(region)?.of(keyOf(token)) ?? [];
    const gone = states.find(({ record, revision }) => record.deleted && revision <= asked.acked);
    const fromCache = answer.stale > asked.stale;
    // Nobody has ended what somebody took out of the authority's log: it comes back.
    const missed = token.revocation !== 'acknowledged' && this.#tampered(region, token);
    if (gone !== undefined && !missed && this.#isFinal(token)) {
      const acked = this.#acks.when(region, gone.revision) ?? asked.at;
      if (!fromCache) return this.#verdicts.broken('P2', `${asked.node.name} allows ${name}, which was revoked at ${gone.revision}: that was acknowledged ${ms(asked.at - acked)} before`);
      if (asked.at - acked > STALENESS_MS) return this.#verdicts.broken('P7', `${asked.node.name} allows ${name} from its cache ${ms(asked.at - acked)} after its revocation was acknowledged`);
    }
    this.#judgeAgain(token, asked, fromCache);
    if (token.expiresAt !== undefined && asked.wall >= token.expiresAt) this.#verdicts.broken('P2', `${asked.node.name} allows ${name} ${ms(asked.wall - token.expiresAt)} after its expiry by its own clock`);
    if (asked.process !== undefined && this.#expiredBy.get(asked.process)?.has(token.id) === true) this.#verdicts.broken('P2', `${asked.node.name} allows ${name}, which it had called expired`);
  }

  /** What was denied stays denied: at once by the validator that said so, and by the others of its region once a cache can hold nothing older. */
  #judgeAgain(token: KnownToken, { at, region, node }: Asked, fromCache: boolean): void {
    const byItself = this.#denied.get(`${node.name} ${token.id}`);
    const byRegion = this.#denied.get(`${region} ${token.id}`);
    if (byItself !== undefined && byItself < at && !fromCache) this.#verdicts.broken('P2', `${node.name} allows ${nameOf(token)}, which it had denied ${ms(at - byItself)} before`);
    if (byRegion !== undefined && at - byRegion > STALENESS_MS) this.#verdicts.broken('P2', `${node.name} allows ${nameOf(token)}; ${region} had denied it ${ms(at - byRegion)} before`);
  }

  #judgeDeny(token: KnownToken, asked: Asked, { reason }: Answer, now: number): void {
    const { region, node } = asked;
    if (reason === 'expired') return this.#judgeExpired(token, asked, now);
    if (reason !== 'unknown') return this.#verdicts.broken('P14', `${node.name} calls ${nameOf(token)} ${reason}`);
    if ((token.scope === 'local' && token.home !== region) || this.#tampered(region, token)) return;
    const revoked = token.revocation !== 'none' || this.#homeOf(token)?.ever(keyOf(token)).some(({ record }) => record.deleted) === true;
    if (!revoked && (this.mayBeLost(token) || this.#isOfLaterEpoch(token, asked))) return;
    const mayBeExpired = token.expiresAt !== undefined && EPOCH_MS + now + CLOCKS_MS >= token.expiresAt;
    if (!revoked && !mayBeExpired) this.#verdicts.broken('P6', `${node.name} does not know ${nameOf(token)}, which nobody has revoked`);
    if (!revoked || !this.#isFinal(token)) return;
    for (const key of [`${region} ${token.id}`, `${node.name} ${token.id}`]) if (!this.#denied.has(key)) this.#denied.set(key, now);
  }

  /** A revocation that was not acknowledged may be undone with the log that had it, also where other regions had heard of it. */
  #isFinal(token: KnownToken): boolean {
    return token.revocation === 'acknowledged' || [...this.#histories.values()].every(({ losses }) => losses === 0);
  }

  #judgeExpired(token: KnownToken, { node, process }: Asked, now: number): void {
    if (token.expiresAt === undefined) return this.#verdicts.broken('P6', `${node.name} calls ${nameOf(token)} expired, which never does`);
    if (EPOCH_MS + now + CLOCKS_MS < token.expiresAt) this.#verdicts.broken('P6', `${node.name} calls ${nameOf(token)} expired ${ms(token.expiresAt - EPOCH_MS - now)} too early`);
    if (process === undefined || node.process !== process) return;
    const called = this.#expiredBy.get(process) ?? new Set();
    called.add(token.id);
    this.#expiredBy.set(process, called);
  }
}

export function keyOf({ scope, id }: Pick<KnownToken, 'scope' | 'id'>): string {
  return keyText({ scope, kind: 'token', id });
}

export function nameOf({ n, scope, home }: KnownToken): string {
  return `token ${n} (${scope === 'global' ? 'global' : `local to ${home}`})`;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
