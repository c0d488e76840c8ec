import { fromWire, type issuer } from '@mintmark/contract';
import { parseFreshness, parseTime, revision, type TokenBody } from '@mintmark/domain';
import { AUTHORITY, type RegionName, type SimRegion } from '../cluster.ts';
import { EPOCH_MS, type SimNode } from '../kernel/node.ts';
import type { PlannedOperation } from '../plan.ts';
import { atValidator, callValidator, type Outcome, type Verdict } from '../services/front.ts';
import type { validator } from '@mintmark/contract';
import type { ValidatorSurface } from '../services/validator.ts';
import type { Scene } from '../scene.ts';
import { type Asked, type KnownToken, nameOf } from '../checks/tokens.ts';
import { judgeDecision } from '../checks/policies.ts';
import { judgeWatch } from '../checks/watches.ts';
import { PERMITS, PERMITS_ANOTHER, RESOURCE, VERB } from './policy-texts.ts';
import { listedTokens } from './watch.ts';

type Written = { readonly written: issuer.Written | undefined } | issuer.Written;
type Dice = PlannedOperation['dice'];

const POLICIES = ['p0', 'p1', 'p2', 'p3'];
const NS_PER_MS = 1e6;
/** How long a revocation may take to be felt in connected regions, and what went wrong so shortly before excuses it: milliseconds. */
const BOUND_MS = 1_000;
const TROUBLED_MS = 10_000;

/** What clients do, and what they learn from it. */
export class Clients {
  readonly #scene: Scene;
  readonly tokens: KnownToken[] = [];
  readonly #users: string[] = [];
  #root: KnownToken | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  get ready(): boolean {
    return this.#root !== undefined;
  }

  /** Asks for the first token until there is one. */
  async bootstrap(): Promise<void> {
    const { authority } = this.#scene.cluster;
    const outcome = await this.#write<issuer.TokenWritten>(authority, [0, 0, 0, 0], 'bootstrap', ({ ctx }, signal) => ctx.issuer.bootstrapToken({ bootstrapSecret: '' }, { requestId: 'bootstrap', signal }));
    if (outcome.kind === 'answered') this.#root = this.#learn(0, outcome.value);
  }

  /** Does what was planned. Resolves when the client has its answer, or has given up. */
  async perform({ n, kind, region: name, dice }: PlannedOperation): Promise<void> {
    const region = this.#scene.cluster.region(name);
    switch (kind) {
      case 'mint':
        return this.#mint(n, region, dice);
      case 'validate':
        return this.#ofSome(dice, (token) => this.validate(token, region, validatorOf(region, dice[1])));
      case 'authorize':
        return this.#ofSome(dice, (token) => this.#authorize(token, region, dice));
      case 'update':
        return this.#ofSome(dice, (token) => this.#update(token, this.#where(token, region), dice));
      case 'revoke':
        return this.#ofSome(dice, (token) => this.#revoke(token, this.#where(token, region), dice));
      case 'putPolicy':
        return this.#putPolicy(n, region, dice);
      case 'deletePolicy':
        return void (await this.#write(region, dice, 'delete policy', ({ ctx }, signal) => ctx.issuer.deletePolicy({ name: pick(POLICIES, dice[0]), applies: '' }, this.#call(n, signal))));
      case 'watch':
        return this.#watch(region, dice);
      case 'putUser':
        return this.#putUser(n, region, dice);
      case 'deleteUser':
        return this.#deleteUser(n, region, dice);
      case 'promote':
        return this.#promote(n, region, dice);
    }
  }

  async validate(token: KnownToken, region: SimRegion, node: SimNode): Promise<Outcome<Verdict>> {
    const asked = this.#asked(region, node);
    const request = { credential: { dialect: 'acl', value: token.secret }, freshness: '' };
    const outcome = await callValidator<Verdict>(this.#scene.cluster, region, node, 'validate', request);
    this.#scene.count(`validate ${outcome.kind === 'answered' ? `${VERDICTS[outcome.value.verdict]} ${outcome.value.reason}` : outcome.kind}`);
    if (outcome.kind !== 'answered') return outcome;
    const { verdict, reason, freshness, principal } = outcome.value;
    this.#scene.judgeFreshness(region, freshness, asked);
    this.#scene.tokenJudge.judge(token, asked, { verdict, reason, name: principal?.name ?? '', stale: this.#scene.staleAnswers(node) }, this.#scene.now);
    return outcome;
  }

  async #authorize(token: KnownToken, region: SimRegion, dice: Dice): Promise<void> {
    const node = validatorOf(region, dice[1]);
    const asked = this.#asked(region, node);
    const request = { credential: { dialect: 'acl', value: token.secret }, verb: VERB, resource: RESOURCE, context: {}, freshness: '' };
    const outcome = await callValidator<validator.AuthorizeResponse>(this.#scene.cluster, region, node, 'authorize', request);
    this.#scene.count(`authorize ${outcome.kind === 'answered' ? `${VERDICTS[outcome.value.verdict]} ${outcome.value.reason}` : outcome.kind}`);
    if (outcome.kind !== 'answered') return;
    const unsure = this.#scene.staleAnswers(node) > asked.stale || this.#scene.troubles.any([node, region.view], asked.at - 7_000);
    if (!unsure) judgeDecision(token, asked, outcome.value, this.#scene.history(this.#scene.epochs.authority), this.#scene.verdicts);
  }

  async #mint(n: number, region: SimRegion, dice: Dice): Promise<void> {
    const global = dice[0] < 0.7;
    const policies = dice[2] < 0.5 ? [pick(POLICIES, dice[2] * 2)] : [pick(POLICIES, dice[3]), 'p9'];
    const ttl = dice[3] < 0.25 ? Math.floor(1_000 + dice[1] * 9_000) * NS_PER_MS : undefined;
    const outcome = await this.#write(region, dice, 'mint', ({ ctx }, signal) =>
      ctx.issuer.upsertToken({ token: { ...EMPTY_TOKEN, name: `token-${n}`, type: 'client', policies, policiesPresent: true, global, expirationTtl: ttl } }, this.#call(n, signal)),
    );
    if (outcome.kind === 'answered') this.tokens.push(this.#learn(n, outcome.value));
    else if (outcome.kind === 'refused' && outcome.code !== 'outcome_unknown') this.#scene.neverWritten(`token-${n}`, outcome.message);
  }

  async #update(token: KnownToken, region: SimRegion, dice: Dice): Promise<void> {
    const policies = [pick(POLICIES, dice[2])];
    const input = { ...EMPTY_TOKEN, accessorId: token.id, name: `token-${token.n}`, type: 'client', policies, policiesPresent: true };
    await this.#write(region, dice, 'update', ({ ctx }, signal) => ctx.issuer.upsertToken({ token: input }, this.#call(token.n, signal)));
  }

  /** Half of them are asked about at every validator of the deciding region just before, and all of them at once when the answer is there. */
  async #revoke(token: KnownToken, region: SimRegion, dice: Dice): Promise<void> {
    if (dice[2] < 0.5) await this.#everywhere(token);
    if (token.revocation === 'none') token.revocation = 'asked';
    const outcome = await this.#write(region, dice, 'revoke', ({ ctx }, signal) => ctx.issuer.deleteToken({ accessorId: token.id }, this.#call(token.n, signal)));
    if (outcome.kind !== 'answered') return;
    token.revocation = 'acknowledged';
    const acknowledged = this.#scene.now;
    await this.#everywhere({ ...token, home: (parseFreshness(outcome.value.freshness)?.region ?? token.home) as RegionName });
    if (token.scope === 'global') await this.#feltAbroad(token, acknowledged);
  }

  /** A second later no region that is connected allows it any more (P7). */
  async #feltAbroad(token: KnownToken, acknowledged: number): Promise<void> {
    const { cluster, troubles, verdicts } = this.#scene;
    await cluster.authority.client.world.timers.sleep(BOUND_MS);
    await Promise.all(
      cluster.regions.map(async (region) => {
        const outcome = await this.validate(token, region, region.validators[0] as SimNode);
        if (outcome.kind !== 'answered' || VERDICTS[outcome.value.verdict] !== 'allow' || troubles.anywhere(acknowledged - TROUBLED_MS)) return;
        verdicts.broken('P7', `${region.name} allows ${nameOf(token)} a second after its revocation was acknowledged`);
      }),
    );
  }

  async #everywhere(token: KnownToken): Promise<void> {
    const home = this.#scene.cluster.region(token.home);
    await Promise.all(home.validators.map((node) => this.validate(token, home, node)));
  }

  async #putPolicy(n: number, region: SimRegion, dice: Dice): Promise<void> {
    const policy = { name: pick(POLICIES, dice[0]), description: '', rules: dice[2] < 0.6 ? PERMITS : PERMITS_ANOTHER, jobAcl: undefined };
    const outcome = await this.#write(region, dice, 'put policy', ({ ctx }, signal) => ctx.issuer.upsertPolicy({ policy, applies: 'holders' }, this.#call(n, signal)));
    const holder = this.tokens.find(({ scope, policies }) => scope === 'global' && policies.includes(policy.name));
    const authority = this.#scene.cluster.region(this.#scene.epochs.authority);
    if (outcome.kind === 'answered' && holder !== undefined) await Promise.all(authority.validators.map((_, at) => this.#authorize(holder, authority, [0, at / authority.validators.length, 0, 0])));
  }

  async #watch(region: SimRegion, dice: Dice): Promise<void> {
    const node = validatorOf(region, dice[1]);
    const credential = this.#root?.secret ?? '';
    const { cluster, troubles, verdicts } = this.#scene;
    const first = await atValidator(cluster, region, node, 'list', (surface, signal) => listedTokens(surface, credential, '', signal));
    if (first.kind !== 'answered') return;
    const asked = Math.max(1, first.value.index);
    const waitMs = Math.floor(300 + dice[2] * 2_500);
    const from = this.#scene.now;
    const query = `index=${asked}&wait=${waitMs}ms`;
    const second = await atValidator(cluster, region, node, 'watch', (surface, signal) => listedTokens(surface, credential, query, signal));
    this.#scene.count(`watch ${second.kind === 'answered' ? (second.value.index > asked ? 'woken' : 'timed out') : second.kind}`);
    if (second.kind !== 'answered') return;
    const watched = { from, to: this.#scene.now, waitMs, asked, got: second.value.index };
    judgeWatch(region, node, watched, this.#scene.history(region.name), troubles, verdicts);
  }

  async #putUser(n: number, region: SimRegion, dice: Dice): Promise<void> {
    const user = { id: '', username: `user-${n}`, password: `a password of ${n}`, noPassword: false, organizations: [], platformOperator: false, disabled: false };
    const outcome = await this.#write(region, dice, 'put user', ({ ctx }, signal) => ctx.people.upsertUser({ user }, this.#call(n, signal)));
    const id = outcome.kind === 'answered' ? outcome.value.record?.id : undefined;
    if (id !== undefined) this.#users.push(id);
  }

  async #deleteUser(n: number, region: SimRegion, dice: Dice): Promise<void> {
    const id = this.#users.splice(Math.floor(dice[0] * this.#users.length), 1)[0];
    if (id !== undefined) await this.#write(region, dice, 'delete user', ({ ctx }, signal) => ctx.people.deleteUser({ id }, this.#call(n, signal)));
  }

  /** Somebody makes the region the authority: with the one before, without it, or, now and then, whatever the others say. */
  async #promote(n: number, region: SimRegion, dice: Dice): Promise<void> {
    const { epochs, troubles, cluster } = this.#scene;
    const force = dice[0] < 0.6;
    const regardless = force && dice[2] < 0.2;
    if (regardless) epochs.insisted(region.name);
    const trouble = troubles.begin(cluster.regions.flatMap(({ issuer, replicator, view, validators }) => [issuer, replicator, view, ...validators]), this.#scene.now);
    const outcome = await atValidator(cluster, region, validatorOf(region, dice[1]), 'promote', ({ ctx }, signal) => ctx.issuer.promote({ force, regardless }, this.#call(n, signal)));
    this.#scene.count(`promote ${force ? 'by force ' : ''}${outcome.kind === 'refused' ? outcome.code : outcome.kind}`);
    await cluster.authority.client.world.timers.sleep(TROUBLED_MS / 2);
    trouble.end(this.#scene.now);
  }

  /** A write at one of the region's validators. What is acknowledged is taken note of. */
  async #write<T extends Written>(region: SimRegion, dice: Dice, label: string, work: (surface: ValidatorSurface, signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const outcome = await atValidator(this.#scene.cluster, region, validatorOf(region, dice[1]), label, work);
    this.#scene.count(`${label} ${outcome.kind === 'refused' ? outcome.code : outcome.kind}`);
    if (outcome.kind === 'answered') {
      const written = 'freshness' in outcome.value ? outcome.value : outcome.value.written;
      if (written !== undefined) this.#scene.acknowledged(label, (written as issuer.Written).freshness);
    } else if (outcome.kind === 'refused' && outcome.code === 'internal') {
      this.#scene.verdicts.broken('defect', `${label} at ${region.name}: ${outcome.message}`);
    }
    return outcome;
  }

  #learn(n: number, { record, secretId, written }: issuer.TokenWritten): KnownToken {
    if (record === undefined) throw new Error('an answer without its record');
    const { id, scope, body } = fromWire(record, revision(1)) as { id: string; scope: 'global' | 'local'; body: TokenBody };
    const home = (parseFreshness(written?.freshness ?? '')?.region ?? AUTHORITY) as RegionName;
    const expiry = body.expirationTime === null ? undefined : parseTime(body.expirationTime);
    return { n, id, secret: secretId, scope, home, policies: body.policies ?? [], expiresAt: expiry === undefined ? undefined : Number(expiry) / NS_PER_MS, revocation: 'none' };
  }

  /** Local tokens are changed at home. */
  #where({ scope, home }: KnownToken, region: SimRegion): SimRegion {
    return scope === 'local' ? this.#scene.cluster.region(home) : region;
  }

  async #ofSome(dice: Dice, what: (token: KnownToken) => Promise<unknown>): Promise<void> {
    const token = pick(this.tokens, dice[0]);
    if (token !== undefined) await what(token);
  }

  #asked(region: SimRegion, node: SimNode): Asked {
    const { scene } = { scene: this.#scene };
    return { at: scene.now, region: region.name, node, process: node.process, epoch: scene.shownEpoch(region), acked: scene.acks.upTo(region.name), wall: EPOCH_MS + scene.now * node.clock.rate + node.clock.offset, stale: scene.staleAnswers(node) };
  }

  #call(n: number, signal: AbortSignal) {
    return { credential: this.#root?.secret ?? '', requestId: `operation-${n}`, signal };
  }
}

const VERDICTS: Readonly<Record<number, string>> = { 1: 'allow', 2: 'deny', 3: 'unknown' };
const EMPTY_TOKEN = { accessorId: '', secretId: '', roles: [], expirationTime: '', createTime: '' };

function validatorOf({ validators }: SimRegion, die: number): SimNode {
  return validators[Math.floor(die * validators.length)] as SimNode;
}

function pick<T>(from: readonly T[], die: number): T {
  return from[Math.floor(die * from.length)] as T;
}
