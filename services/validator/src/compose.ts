import { Access } from '@mintmark/access';
import type { Dialect } from '@mintmark/domain';
import { Follower, type ViewReader } from '@mintmark/view';
import type { World } from '@mintmark/kit/lifecycle';
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
import { SlabCache } from './core/slab-cache.ts';
import type { DialectAuthenticator } from './core/types.ts';
import type { ValidatorEvents } from './events.ts';
import { connectIssuer } from './peers/issuer-client.ts';

export interface ComposePorts {
  readonly view: ViewReader;
  readonly world: World;
  readonly events: ValidatorEvents;
}

export interface Composed {
  readonly ctx: ValidatorContext;
  readonly attachment: Attachment;
  readonly cache: SlabCache;
}

/** Puts a validator together, by hand. What has to be disposed of goes onto the stack. */
export function compose(config: ValidatorConfig, ports: ComposePorts, stack: AsyncDisposableStack): Composed {
  const { region, authority } = config;
  const { view, world, events } = ports;
  const cache = new SlabCache(config.cacheBytes);
  const changes = new ChangeLog();
  const access = new Access(view, world.timers);
  const directoryOfPeople = new Directory(view, world.timers);
  const tokens = composeTokens(config, view, world);
  const follower = new Follower(
    view,
    { monotonic: () => world.clock.monotonic(), sleep: (ms, signal) => world.timers.sleep(ms, signal) },
    {
      onReset(watermark) {
        cache.clear();
        access.reset();
        directoryOfPeople.reset();
        persons.reset();
        tokens.reset();
        changes.reset(watermark);
        feed.reset();
        events.startedOver({ epoch: watermark.epoch, index: watermark.revision });
      },
      onChanges(batch) {
        for (const change of batch.changes) if (change.kind === 'token') cache.deleteById(change.id);
        access.changed(batch);
        directoryOfPeople.changed(batch);
        persons.changed(batch);
        tokens.changed(batch);
        changes.take(batch);
        feed.changed(batch);
      },
      onLive: (live, problem) => events.feed(problem === undefined ? { live } : { live, problem }),
    },
  );
  const feed = new ChangeFeed({ region, authority, follower, timers: world.timers });
  const issuer = stack.use(connectIssuer(config.issuer.address, config.issuer.tls));
  const validatorId = Buffer.from(world.random.bytes(12)).toString('base64url');
  const attachment = new Attachment({ client: issuer.client, follower, world, validatorId });
  const trusted = (): boolean => attachment.attached && follower.live && follower.ageMs <= config.stalenessMs;
  const decisions = new Decisions({ access, view, follower, trusted, world, stalenessMs: config.stalenessMs });
  const authenticator = new AclAuthenticator({
    view,
    follower,
    cache,
    trusted,
    resolver: region === authority ? undefined : new AuthorityResolver('token', (digest, signal) => issuer.resolveSecret('token', digest, signal), world),
    world,
    stalenessMs: config.stalenessMs,
    counted: (source) => events.authenticated(source),
  });
  const oauth = composeOAuth(config, { view, world, follower, feed, issuer, trusted, tokens }, stack);
  const workload = composeWorkload(config, { view, world, tokens, memory: oauth.memory, catchUp: oauth.catchUp }, stack);
  const persons = composePeople(config, { view, world, follower, feed, issuer, trusted, directory: directoryOfPeople });
  const urls = new Map(config.regions.map((other) => [other.region, other.http]));
  const directory = { region, authority, httpUrl: (name: string) => urls.get(name) };
  const authenticators = new Map<Dialect, DialectAuthenticator>([['acl', authenticator], ['oauth', oauth.authenticator], ['workload', workload.authenticator], ...persons.authenticators]);
  const ctx = { region, authority, world, view, follower, feed, changes, authenticator, authenticators, access, decisions, oauth, workload, issuer: issuer.calls, people: issuer.people, persons, directory };
  return { ctx, attachment, cache };
}
