import { systemWorld, type World } from '@mintmark/kit/lifecycle';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Slices } from '../../core/slices.ts';
import { type Listing, listRecords } from './listing.ts';
import { tokenStub } from './response/token-json.ts';
import { Bed, management, secretOf, token } from './test-bed.ts';

const COUNT = 2_500;
const ALL: Listing<'token'> = { kind: 'token', show: tokenStub, order: 'created', prefix: '', reverse: false, perPage: 0, cursor: '', pretty: false };

let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open();
  for (let i = 0; i < COUNT; i += 500) await bed.write(...Array.from({ length: 500 }, (_, k) => token(i + k)));
});
afterEach(() => bed[Symbol.asyncDispose]());

/** A world in which looking at the clock takes ten milliseconds; `turn` is called whenever the event loop is left to others. */
function slowWorld(turn: () => void): World {
  let now = 0;
  const monotonic = (): number => {
    now += 10;
    return now;
  };
  const soon = (call: () => void): void => {
    turn();
    systemWorld.timers.soon(call);
  };
  return { ...systemWorld, clock: { ...systemWorld.clock, monotonic }, timers: { ...systemWorld.timers, soon } };
}

test('a long list leaves the event loop to others while it is put together', async () => {
  let turns = 0;
  const world = slowWorld(() => {
    turns += 1;
  });
  const { body, index } = await listRecords({ view: bed.view, world, slices: new Slices(world) }, ALL, new AbortController().signal);
  expect(JSON.parse(body.toString())).toHaveLength(COUNT);
  expect(index).toBe(COUNT);
  expect(turns).toBeGreaterThan(COUNT / 100);
});

test('a list ends when nobody waits for it any more', async () => {
  const client = new AbortController();
  const world = slowWorld(() => client.abort(new Error('gone')));
  await expect(listRecords({ view: bed.view, world, slices: new Slices(world) }, ALL, client.signal)).rejects.toThrow('gone');
});

test('what is written while a list is read has a greater index than the list', async () => {
  let written: Promise<unknown> | undefined;
  const world = slowWorld(() => {
    written ??= bed.write(token(COUNT + 1));
  });
  const { index, watermark } = await listRecords({ view: bed.view, world, slices: new Slices(world) }, ALL, new AbortController().signal);
  await written;
  expect([index, watermark.revision, bed.at]).toEqual([COUNT, COUNT, COUNT + 1]);
});

test('a view that starts over meanwhile is read again, never mixed', async () => {
  let again = false;
  const world = slowWorld(() => {
    if (!again) void bed.startOver(token(1), token(2));
    again = true;
  });
  const { body } = await listRecords({ view: bed.view, world, slices: new Slices(world) }, ALL, new AbortController().signal);
  expect(JSON.parse(body.toString())).toHaveLength(2);
});

test('a long list passes what bounds answers that wait for slow readers, and is the same', async () => {
  const passed: number[] = [];
  bed.server.app.addHook('onSend', (_request, _reply, payload, done) => {
    passed.push((payload as Buffer).length);
    done(null, payload);
  });
  await bed.write(management(COUNT + 1));
  const long = await bed.get('tokens?per_page=2000', secretOf(COUNT + 1));
  expect(long.json()).toHaveLength(2_000);
  expect(passed).toEqual([long.text.length]);
  const short = await bed.get('tokens?per_page=1', secretOf(COUNT + 1));
  expect(passed).toHaveLength(1);
  const { 'content-length': _, 'x-nomad-nexttoken': next, date, ...fields } = short.headers;
  expect(long.headers).toMatchObject(fields);
});
