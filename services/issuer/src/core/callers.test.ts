import { type Entry, type LiveEntry, NO_REVISION, type Revision, revision } from '@mintmark/domain';
import { Follower } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Callers } from './callers.ts';

const ID = '5b8b9a3e-0000-4000-8000-000000000001';
const DIGEST = 'd'.repeat(64);
const SOURCE = { region: 'us', incarnation: 'log' };

let now = 0;
let over: AbortController;
let view: ReturnType<typeof openEmbeddedView>;
let follower: Follower;
let following: Promise<void>;
let epoch: string;

/** The view as it is, with what the change feed has told of it. */
const shows = async (entries: readonly Entry[], from: number, to: number): Promise<void> => {
  await view.apply(entries, { epoch, from: revision(from), to: revision(to) });
  await follower.covers(revision(to), over.signal);
};

const token = (at: Revision, name: string): LiveEntry<'token'> => ({
  revision: at,
  record: {
    kind: 'token',
    id: ID,
    scope: 'local',
    deleted: false,
    createIndex: revision(1),
    writeId: 'w'.repeat(22),
    body: {
      secret: { digest: DIGEST, sealed: new Uint8Array() },
      name,
      type: 'client',
      policies: null,
      roleIds: [],
      hash: new Uint8Array(32),
      createTime: '2026-01-01T00:00:00Z',
      expirationTime: null,
      expirationTtl: 0,
    },
  },
});

async function read(callers: Callers): Promise<void> {
  const { value, watermark } = await view.find('token', 'secret', DIGEST);
  if (value !== undefined) callers.keep(DIGEST, value, watermark);
}

beforeEach(async () => {
  now = 0;
  over = new AbortController();
  view = openEmbeddedView();
  ({ epoch } = await view.reset({ source: SOURCE, floor: NO_REVISION }));
  await view.mark({ epoch, ready: true });
  follower = new Follower(view, { monotonic: () => now, sleep: async () => undefined });
  following = follower.run(over.signal);
  await shows([token(revision(1), 'first') as Entry], 0, 1);
});

afterEach(async () => {
  over.abort();
  await following;
  await view.close();
});

it('finds what was read while nothing of it changes, and nothing that was never read', async () => {
  const callers = new Callers(follower);
  expect(callers.find(DIGEST)).toBeUndefined();
  await read(callers);
  await shows([], 1, 5);
  expect(callers.find(DIGEST)?.record.body.name).toBe('first');
});

it.each([
  ['an update', (): Entry => token(revision(2), 'second') as Entry],
  ['a revocation', (): Entry => ({ revision: revision(2), record: { kind: 'token', id: ID, scope: 'local', deleted: true, createIndex: revision(1), writeId: 'x'.repeat(22) } })],
])('finds nothing after %s that the feed told, also where the old state is kept late (P2)', async (_, change) => {
  const callers = new Callers(follower);
  const { value, watermark } = await view.find('token', 'secret', DIGEST);
  await read(callers);
  await shows([change()], 1, 2);
  expect(callers.find(DIGEST)).toBeUndefined();
  callers.keep(DIGEST, value as LiveEntry<'token'>, watermark);
  expect(callers.find(DIGEST)).toBeUndefined();
});

it('finds nothing while the feed is silent, and nothing of another epoch', async () => {
  const callers = new Callers(follower);
  await read(callers);
  now = 1_501;
  expect(callers.find(DIGEST)).toBeUndefined();
  now = 0;
  expect(callers.find(DIGEST)).toBeDefined();
  ({ epoch } = await view.reset({ source: SOURCE, floor: NO_REVISION }));
  await view.mark({ epoch, ready: true });
  await follower.until(() => follower.position?.epoch === epoch, over.signal);
  expect(callers.find(DIGEST)).toBeUndefined();
});
