import { Access } from '@mintmark/access';
import { Refusal } from '@mintmark/domain';
import type { Sealer } from '@mintmark/keys';
import { createPlatformVerifier } from '@mintmark/keys/assertions';
import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import type { World } from '@mintmark/kit/lifecycle';
import { Places } from '@mintmark/kit/overload';
import type { Log } from '@mintmark/log';
import { Follower, verifiedView, type ViewReader } from '@mintmark/view';
import { bootstrapResetFile } from './bootstrap-reset.ts';
import { composeOAuth } from './compose-oauth.ts';
import type { IssuerConfig } from './config.ts';
import type { IssuerContext } from './context.ts';
import { Attachments } from './core/attachments.ts';
import type { AuthorityPeer, StandingPeer } from './core/authority/peer.ts';
import { PeerClocks } from './core/authority/peer-clocks.ts';
import { Standing } from './core/authority/standing.ts';
import type { OAuthPeer } from './core/oauth/authority.ts';
import { Callers } from './core/callers.ts';
import { Expiries } from './core/expiries.ts';
import { catchUp } from './core/oauth/catch-up.ts';
import { believedLog } from './core/believed-log.ts';
import { Attempts } from './core/people/attempts.ts';
import { type Passwords, passwordsOf } from './core/people/passwords.ts';
import { SignIns } from './core/people/sign-in.ts';
import { Signing } from './core/signing.ts';
import { WholeLog } from './core/whole-log.ts';
import type { WorkloadPeer } from './core/workload/authority.ts';
import type { IssuerEvents } from './events.ts';
import { authorityGates } from './peers/forwarding.ts';
import { OpenIdProvider } from './peers/openid-provider.ts';
import { connectPeers, handingOn } from './peers/peers.ts';

const NS_PER_MS = 1_000_000n;

/** What an issuer is given; it disposes of none of it. */
export interface IssuerPorts {
  readonly log: Log;
  readonly view: ViewReader;
  readonly sealer: Sealer;
  readonly records: { readonly signer: RecordSigner; readonly verifier: RecordVerifier };
  readonly world: World;
  readonly events: IssuerEvents;
}

/** Another region's issuer, by what it is asked about. */
export interface AuthorityPeers {
  readonly standing: StandingPeer;
  readonly issuer: AuthorityPeer;
  readonly oauth: OAuthPeer;
  readonly workload: WorkloadPeer;
}

/** What takes the place of what the configuration says. The only seam for tests. */
export interface IssuerOverrides {
  readonly peers?: (region: string) => AuthorityPeers;
  readonly passwords?: Passwords;
}

/** Puts an issuer together, by hand. What has to be disposed of goes onto the stack. */
export function compose(config: IssuerConfig, given: IssuerPorts, stack: AsyncDisposableStack, overrides: IssuerOverrides = {}): IssuerContext {
  const ports = believed(given);
  const { clock, timers } = ports.world;
  const writes = new Places({ name: 'writes', limit: config.maxWrites });
  const wholeLog = new WholeLog(timers, () => new Refusal('unavailable', 'too many writes wait for their turn: nothing was written', { retryAfterMs: 1_000 }));
  const others = Object.keys(config.issuers).filter((other) => other !== config.region);
  // Whoever stands still holds up no calls to another.
  const gates = new Map(others.map((other) => [other, authorityGates(other, config.maxForwards, clock)]));
  const peerOf = overrides.peers ?? connectPeers(config, gates, stack);
  const standing = new Standing(ports.view, ports.world, { region: config.region, configured: config.authority, others });
  const deciding = (): Omit<AuthorityPeers, 'standing'> | undefined => {
    const { active, region } = standing.known;
    return standing.here ? undefined : handingOn(() => (active ? peerOf(region) : undefined), region);
  };
  const reset = bootstrapResetFile(config.bootstrapResetFile);
  const access = new Access(ports.view, timers);
  const ofOAuth = composeOAuth(config, ports, () => deciding()?.oauth, () => catchUp(ctx));
  const expiries = { token: new Expiries('token'), session: new Expiries('session') };
  const writtenUsers = new Set<string>();
  const follower = new Follower(
    ports.view,
    { monotonic: () => clock.monotonic(), sleep: (ms, signal) => timers.sleep(ms, signal) },
    {
      onReset() {
        for (const each of Object.values(expiries)) each.startOver();
        standing.reset();
        access.reset();
        ofOAuth.tokens.reset();
      },
      onChanges(batch) {
        for (const { kind, id } of batch.changes) if (kind === 'user') writtenUsers.add(id);
        standing.changed(batch);
        access.changed(batch);
        ofOAuth.tokens.changed(batch);
      },
    },
  );
  const ctx: IssuerContext = {
    ...ports,
    region: config.region,
    signing: new Signing({ ...given.records, log: given.log, world: given.world }),
    follower,
    expiries,
    writtenUsers,
    callers: new Callers(follower),
    access,
    oauth: ofOAuth,
    judgePlatform: createPlatformVerifier(config.platforms ?? (() => []), { earlyMs: 30_000, lateMs: 0 }),
    get workloadAuthority() {
      return deciding()?.workload;
    },
    passwords: overrides.passwords ?? passwordsOf(config, ports.world),
    attempts: new Attempts(timers),
    signIns: config.provider === undefined ? undefined : new SignIns(config.provider, new OpenIdProvider(config.provider, clock), ports),
    writes,
    wholeLog,
    bounds: [writes, wholeLog, ...[...gates.values()].flatMap((ofRegion) => Object.values(ofRegion))],
    attachments: new Attachments(ports.world, config.predecessors),
    limits: { min: BigInt(config.minExpiryMs) * NS_PER_MS, max: BigInt(config.maxExpiryMs) * NS_PER_MS },
    standing,
    peerClocks: new PeerClocks((event) => ports.events.clocksApart(event)),
    peerOf,
    get authority() {
      return deciding()?.issuer;
    },
    readBootstrapReset: () => reset.read(),
    dropBootstrapReset: () => reset.drop(),
    writeTimeoutMs: config.writeTimeoutMs,
  };
  return ctx;
}

/** The stores, of which nothing is believed that no issuer has signed (P10). */
function believed(ports: IssuerPorts): IssuerPorts {
  const { records: { verifier }, events } = ports;
  const view = verifiedView(ports.view, (record) => verifier.judge(record), (refused) => events.recordRefused({ store: 'view', ...refused }));
  const log = believedLog(ports.log, verifier, ({ record: { kind, id } }, problem) => events.recordRefused({ store: 'log', kind, id, problem }));
  return { ...ports, view, log };
}
