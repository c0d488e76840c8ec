import { Access } from '@mintmark/access';
import { type Dialect, isFollowed } from '@mintmark/domain';
import type { RecordVerifier } from '@mintmark/keys/records';
import { Follower, KnownAuthority, verifiedView, type ViewReader } from '@mintmark/view';
import type { World } from '@mintmark/kit/lifecycle';
import { type Bound, type PeerGates, peerGates } from '@mintmark/kit/overload';
import { composeOAuth, composeTokens } from './compose-oauth.ts';
import type { ValidatorConfig } from './config.ts';
import type { ValidatorContext } from './context.ts';
import { composeWorkload } from './compose-workload.ts';
import { composePeople } from './compose-people.ts';
import { Attachment } from './core/attachment.ts';
import { AclAuthenticator } from './core/authenticate.ts';
import { ChangeLog } from './core/change-log.ts';
import { Decisions } from './core/decisions.ts';
import { ChangeFeed } from './core/feed.ts';
import { Directory } from './core/people/directory.ts';
import { AuthorityResolver } from './core/resolver.ts';
import { Refusals } from './core/refusals.ts';
import { Strictness } from './core/strictness.ts';
import { SlabCache } from './core/slab-cache.ts';
import { Slices } from './core/slices.ts';
import type { DialectAuthenticator, RegionDirectory } from './core/types.ts';
import { longCallsOf } from './core/long-calls.ts';
import type { ValidatorEvents } from './events.ts';
import { connectIssuer, type IssuerConnection } from './peers/issuer-client.ts';
import { connectOAuth, type OAuthCalls } from './peers/oauth.ts';
import { connectWorkload, type WorkloadCalls } from './peers/workload.ts';

export interface ComposePorts {
  readonly view: ViewReader;
  readonly records: RecordVerifier;
  readonly world: World;
  readonly events: ValidatorEvents;
}

/** The region's issuer, by what it is asked about. */
export interface ValidatorPeers {
  readonly issuer: IssuerConnection;
  readonly oauth: OAuthCalls;
  readonly workload: WorkloadCalls;
}

/** What takes the place of what the configuration says. The only seam for tests. */
export interface ValidatorOverrides {
  readonly peers?: ValidatorPeers;
}

export interface Composed {
  readonly ctx: ValidatorContext;
  /** Everything of it that can fill up, for operators. */
  readonly bounds: readonly Bound[];
  readonly attachment: Attachment;
  readonly cache: SlabCache;
  readonly refusals: Refusals;
}

/** Puts a validator together, by hand. What has to be disposed of goes onto the stack. */
export function compose(config: ValidatorConfig, ports: ComposePorts, stack: AsyncDisposableStack, overrides: ValidatorOverrides = {}): Composed {
  const { region } = config;
  const { world, events } = ports;
  const refusals = new Refusals(events);
  const view = verifiedView(ports.view, (record) => ports.records.judge(record), (refused) => refusals.take(refused));
  const cache = new SlabCache(config.cacheBytes);
  const changes = new ChangeLog();
  const access = new Access(view, world.timers);
  const deciding = new KnownAuthority(view, world.timers, { region, configured: config.authority });
  const directoryOfPeople = new Directory(view, world.timers);
  const tokens = composeTokens(config, view, world);
  const mirrors = [deciding, access, directoryOfPeople, tokens];
  const follower = new Follower(
    view,
    { monotonic: () => world.clock.monotonic(), sleep: (ms, signal) => world.timers.sleep(ms, signal) },
    {
      onReset(watermark) {
        cache.clear();
        for (const mirror of mirrors) mirror.reset();
        persons.reset();
        changes.reset(watermark);
        feed.reset();
        events.startedOver({ epoch: watermark.epoch, index: watermark.revision });
      },
      onChanges(batch) {
        for (const change of batch.changes) if (change.kind === 'token') cache.deleteById(change.id);
        for (const mirror of mirrors) mirror.changed(batch);
        persons.changed(batch);
        changes.take(batch);
        if (batch.contact !== undefined) strictness.heard(batch.contact);
        feed.changed(batch);
      },
      onLive: (live, problem) => events.feed(problem === undefined ? { live } : { live, problem }),
    },
  );
  const strictness = new Strictness({ follows: () => (deciding.here ? undefined : deciding.known.region), strict: config.strict, boundMs: config.stalenessMs, clock: world.clock });
  const feed = new ChangeFeed({ region, authority: () => deciding.known, follower, timers: world.timers });
  const gates = peerGates('issuer', config.maxIssuerCalls, world.clock);
  const peers = overrides.peers ?? connected(config, gates, stack);
  const { issuer } = peers;
  const validatorId = Buffer.from(world.random.bytes(12)).toString('base64url');
  const attachment = new Attachment({ open: (signal) => issuer.attach(signal), follower, world, validatorId });
  const trusted = (): boolean => attachment.attached && follower.live && follower.ageMs <= config.stalenessMs;
  const decisions = new Decisions({ access, view, follower, trusted, world, stalenessMs: config.stalenessMs });
  const authenticator = new AclAuthenticator({
    view,
    follower,
    cache,
    trusted,
    resolver: new AuthorityResolver('token', (digest, signal) => issuer.resolveSecret('token', digest, signal), world, { remembered: config.rememberedSecrets, asks: () => !deciding.here }),
    believes: ({ contact }) => deciding.settled && isFollowed(deciding.known, contact),
    world,
    stalenessMs: config.stalenessMs,
    strictness,
    counted: (source) => events.authenticated(source),
  });
  const oauth = composeOAuth(config, { view, world, follower, feed, issuer, deciding, calls: peers.oauth, trusted, tokens });
  const workload = composeWorkload({ view, world, tokens, memory: oauth.memory, catchUp: oauth.catchUp, calls: peers.workload });
  const persons = composePeople(config, { view, world, follower, feed, issuer, deciding, trusted, directory: directoryOfPeople });
  const longCalls = longCallsOf(config);
  const directory = directoryOf(config);
  const others: readonly (readonly [Dialect, DialectAuthenticator])[] = [['oauth', oauth.authenticator], ['workload', workload.authenticator], ...persons.authenticators];
  const authenticators = new Map<Dialect, DialectAuthenticator>([['acl', authenticator], ...others.map(([dialect, other]) => [dialect, strictness.over(other)] as const)]);
  const ctx = { region, deciding, world, view, follower, feed, changes, authenticator, authenticators, access, decisions, strictness, longCalls, slices: new Slices(world), oauth, workload, issuer: issuer.calls, people: issuer.people, persons, directory };
  return { ctx, attachment, cache, refusals, bounds: [gates.read, gates.write, ...Object.values(longCalls)] };
}

function directoryOf({ region, regions }: ValidatorConfig): RegionDirectory {
  const urls = new Map(regions.map((other) => [other.region, other.http]));
  return { region, httpUrl: (name) => urls.get(name) };
}

function connected({ issuer: { address, tls } }: ValidatorConfig, gates: PeerGates, stack: AsyncDisposableStack): ValidatorPeers {
  return {
    issuer: stack.use(connectIssuer(address, tls, gates)),
    oauth: stack.use(connectOAuth(address, tls, gates)),
    workload: stack.use(connectWorkload(address, tls, gates)),
  };
}

/** What a validator does by itself, by name. Each runs until its signal aborts. */
export function loopsOf({ ctx, attachment }: Composed): Readonly<Record<string, (signal: AbortSignal) => Promise<void>>> {
  return {
    follow: (signal) => ctx.follower.run(signal),
    deciding: (signal) => ctx.deciding.run(signal),
    access: (signal) => ctx.access.run(signal),
    oauth: (signal) => ctx.oauth.tokens.run(signal),
    directory: (signal) => ctx.persons.directory.run(signal),
    uses: (signal) => ctx.persons.uses.run(signal),
    attach: (signal) => attachment.run(signal),
  };
}
