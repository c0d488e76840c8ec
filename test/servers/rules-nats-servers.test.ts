import { aToken } from '@mintmark/log/conformance';
import { namesOf, type NatsUser, openNatsLog, openNatsLogReader, permissionsOf } from '@mintmark/log/nats';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { natsServer } from '../harness/nats.ts';
import { bury, Follower, fill, type NatsRig, NEVER, natsRig, refusal } from './nats-rig.ts';

describe('the version of the server', () => {
  let rig: NatsRig;
  beforeAll(async () => {
    rig = await natsRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  it.each(['2.9.10', '2.9.25', '2.10.26'])('%s is refused for a replicated log, with the reason', async (version) => {
    rig.proxy.claimVersion(version);
    const refused = await refusal(rig.far({ region: 'replicated', replicas: 3 }));
    expect(refused).toMatchObject({ code: 'unavailable', message: expect.stringContaining(`nats-server ${version} must not keep a log of 3 replicas`) });
    expect(await refusal(rig.near({ region: 'replicated', create: false }))).toMatchObject({ message: expect.stringContaining('does not exist') });
  });

  it('2.9 is accepted for one server, with warnings that name the risks', async () => {
    rig.proxy.claimVersion('2.9.10');
    const { warnings } = await rig.far();
    const texts = warnings.map(({ text }) => text);
    expect(texts).toContainEqual(expect.stringMatching(/2\.9\.10 is accepted for one server per region only/));
    expect(texts).toContainEqual(expect.stringMatching(/loses up to 60 s of acknowledged writes/));
  });

  it('2.10.27 is accepted, and what to check is said', async () => {
    rig.proxy.claimVersion('2.10.27');
    const { warnings } = await rig.far();
    expect(warnings.map(({ text }) => text)).toEqual([expect.stringMatching(/sync_interval: always/)]);
  });

  it('2.8 is refused', async () => {
    rig.proxy.claimVersion('2.8.4');
    expect(await refusal(rig.far())).toMatchObject({ code: 'unavailable', message: expect.stringContaining('too old') });
  });
});

describe('a reader of another region', () => {
  it('opens while that region is away and goes on when it is there', async () => {
    await using rig = await natsRig();
    await fill((await rig.near()).log, 3);
    rig.proxy.down();
    const reader = await openNatsLogReader({ servers: [`127.0.0.1:${rig.proxy.port}`], region: rig.region });
    await using follower = new Follower(reader, { scope: 'global' });
    expect(await refusal(reader.head())).toMatchObject({ code: 'unavailable' });
    rig.proxy.heal();
    await follower.until((await reader.head()).revision);
    expect(follower.entries).toHaveLength(3);
    await reader.close();
    expect(await follower.ended()).toMatchObject({ code: 'closed' });
  });

  it('waits for a log that is not made yet', async () => {
    await using rig = await natsRig();
    const reader = await openNatsLogReader({ servers: [`127.0.0.1:${rig.server.port}`], region: rig.region });
    await using follower = new Follower(reader);
    expect(await refusal(reader.head())).toMatchObject({ code: 'unavailable' });
    await follower.until(await fill((await rig.near()).log, 1));
    await reader.close();
  });
});

async function* nothing(): AsyncGenerator<never> {
  // A log that is written again from it is empty.
}

describe('least privilege', () => {
  const region = 'us-east';
  const other = 'eu-west';
  const names = namesOf(region);
  const replica = namesOf(other);
  let rig: NatsRig;
  let incarnation: string;

  /** A user's name is `<region>/<role>`; its password is its name. */
  const login = (of: string, user: NatsUser) => ({ user: `${of}/${user}`, pass: `${of}/${user}`, inboxPrefix: `_INBOX_${user}` });
  const options = (of: string, user: NatsUser) => ({ servers: [`127.0.0.1:${rig.server.port}`], region: of, ...login(of, user) });

  beforeAll(async () => {
    const users = [region, other].flatMap((of) =>
      (['issuer', 'replicator', 'remoteReader'] as const).map((user) => ({
        ...login(of, user),
        ...permissionsOf(of, `_INBOX_${user}`)[user],
      })),
    );
    rig = await natsRig({ users, region });
    for (const of of [region, other]) {
      const log = await openNatsLog(options(of, of === region ? 'issuer' : 'replicator'));
      await fill(log, 3);
      if (of === region) ({ incarnation } = await log.head());
      await log.close();
    }
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  /** What the server answers to a request that a user may not make, or why it may not make it. */
  async function attempt(nc: NatsConnection, subject: string, body: unknown = ''): Promise<string> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return nc.request(subject, text, { timeout: 1_000 }).then(
      (answer) => answer.string(),
      (error: Error) => error.message,
    );
  }

  async function asUser<T>(of: string, user: NatsUser, use: (nc: NatsConnection) => Promise<T>): Promise<T> {
    const nc = await connect({ servers: `127.0.0.1:${rig.server.port}`, reconnect: false, ...login(of, user) });
    try {
      return await use(nc);
    } finally {
      await nc.close();
    }
  }

  it('each user can do its work', async () => {
    const issuer = await openNatsLog(options(region, 'issuer'));
    const replicator = await openNatsLog(options(region, 'replicator'));
    const remote = await openNatsLogReader(options(region, 'remoteReader'));
    await using own = new Follower(replicator);
    await using pulled = new Follower(remote, { scope: 'global' });
    const { token, at } = await bury(issuer);
    await fill(issuer, 2);
    const head = await issuer.append(aToken({ scope: 'local' }), NEVER);
    await Promise.all([own.until(head), pulled.until(head)]);
    expect(await replicator.compact(at)).toBe(1);
    expect(await remote.head()).toEqual(await issuer.head());
    expect(await remote.get(token)).toBeUndefined();
    expect(pulled.folded.size).toBe(6);
    await Promise.all([issuer.close(), replicator.close(), remote.close()]);
  });

  it('in every region the issuer and the replicator write global and local records: any may become the authority', async () => {
    const issuer = await openNatsLog(options(other, 'issuer'));
    const replicator = await openNatsLog(options(other, 'replicator'));
    await issuer.append(aToken({ scope: 'local' }), NEVER);
    await replicator.append(aToken(), NEVER);
    await issuer.append(aToken(), NEVER);
    await Promise.all([issuer.close(), replicator.close()]);
  });

  it('the replicator of each region may write the whole log again, its issuer may not', async () => {
    for (const of of [region, other]) {
      const [issuer, replicator] = [await openNatsLog(options(of, 'issuer')), await openNatsLog(options(of, 'replicator'))];
      const { revision: above } = await replicator.head();
      expect(await refusal(issuer.rewrite(nothing(), { above }))).toMatchObject({ message: expect.stringContaining('may not publish') });
      const head = await replicator.rewrite(nothing(), { above });
      if (of === region) ({ incarnation } = head);
      await Promise.all([issuer.close(), replicator.close()]);
    }
  });

  it('a remote reader gets at nothing but global records', async () => {
    const { stream } = names;
    const consumer = (filter: string | undefined, more: object = {}): object => ({
      stream_name: stream,
      config: {
        name: 'c',
        deliver_subject: '_INBOX_remoteReader.x',
        deliver_policy: 'all',
        ack_policy: 'none',
        max_deliver: 1,
        ...(filter === undefined ? {} : { filter_subject: filter }),
        ...more,
      },
    });
    const own = names.of(incarnation);
    const local = own.filter('local');
    const global = own.filter('global');
    const attempts: readonly (readonly [string, unknown?])[] = [
      [`$JS.API.CONSUMER.CREATE.${stream}.c.${local}`, consumer(local)],
      [`$JS.API.CONSUMER.CREATE.${stream}.c.${own.filter('all')}`, consumer(own.filter('all'))],
      [`$JS.API.CONSUMER.CREATE.${stream}.c.${global}`, consumer(local)],
      [`$JS.API.CONSUMER.CREATE.${stream}.c.${global}`, consumer(undefined)],
      [`$JS.API.CONSUMER.CREATE.${stream}.c.${global}`, { ...consumer(global), stream_name: replica.stream }],
      [`$JS.API.CONSUMER.CREATE.${stream}.c`, consumer(undefined)],
      [`$JS.API.CONSUMER.CREATE.${stream}`, consumer(undefined)],
      [`$JS.API.CONSUMER.DURABLE.CREATE.${stream}.c`, consumer(undefined)],
      [`$JS.API.CONSUMER.CREATE.${stream}.c.${global}`, consumer(global, { deliver_subject: own.subject(aToken({ id: 'forged' })) })],
      [`$JS.API.DIRECT.GET.${stream}`, { seq: 2 }],
      [`$JS.API.DIRECT.GET.${stream}.${local.replace('>', 'token.x')}`],
      [`$JS.API.STREAM.MSG.GET.${stream}`, { seq: 2 }],
      [`$JS.API.STREAM.INFO.${stream}`],
      [`$JS.API.STREAM.PURGE.${stream}`],
      [`$JS.API.STREAM.DELETE.${stream}`],
      [`$JS.API.STREAM.MSG.DELETE.${stream}`, { seq: 2 }],
      [`$JS.API.STREAM.UPDATE.${stream}`, { name: stream }],
      [own.subject(aToken()), 'forged'],
      [names.about, 'forged'],
      [own.mark, 'forged'],
      [`$JS.API.DIRECT.GET.${replica.stream}.${replica.of(incarnation).filter('global')}`],
    ];
    const answers = await asUser(region, 'remoteReader', async (nc) => {
      const all: string[] = [];
      for (const [subject, body] of attempts) all.push(await attempt(nc, subject, body));
      return all;
    });
    for (const [at, answer] of answers.entries()) expect(answer, attempts[at]?.[0]).toMatch(/Permissions Violation|"error":|permissions violation/i);
  });

  it('no user hears what is sent to another one', async () => {
    for (const user of ['issuer', 'replicator', 'remoteReader'] as const) {
      const heard = await asUser(region, user, async (nc) => {
        const subscription = nc.subscribe(user === 'issuer' ? '_INBOX_replicator.>' : '_INBOX_issuer.>');
        await nc.flush();
        for await (const _ of subscription) return 'a message';
        return 'nothing';
      }).catch((error: Error) => error.message);
      expect(heard).toMatch(/permissions violation/i);
    }
  });
});

it('a password that is wrong is refused at once, and the error does not hold it', async () => {
  await using server = await natsServer({ users: [{ user: 'a', pass: 'b', publish: ['>'], subscribe: ['>'] }] });
  const began = performance.now();
  const refused = await refusal(openNatsLog({ servers: [`127.0.0.1:${server.port}`], region: 'r', user: 'a', pass: 'wr0ng-pass' }));
  expect(refused).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/authorization/i) });
  expect(JSON.stringify(refused, Object.getOwnPropertyNames(refused))).not.toContain('wr0ng-pass');
  expect(performance.now() - began).toBeLessThan(2_000);
});
