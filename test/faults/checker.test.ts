import { expect, test } from 'vitest';
import { type Limits, violations } from './checker.ts';
import type { Access, FeedEvent, Final, History, Look, Use, Write } from './history.ts';

const LIMITS: Limits = { authority: 'us', revocationMs: 1_000, disturbances: [] };

const write = (fields: Partial<Write>): Write => ({ kind: 'create', accessor: 'a', name: 'n1', scope: 'global', region: 'eu', start: 0, end: 10, outcome: 'acked', ...fields });
const use = (fields: Partial<Use>): Use => ({ accessor: 'a', region: 'eu', start: 0, end: 1, accepted: true, ...fields });
const look = (index: number, fields: Partial<Look> = {}): Look => ({ poller: 'p', region: 'eu', start: 0, end: 1, index, ...fields });
const event = (index: number, fields: Partial<FeedEvent> = {}): FeedEvent => ({ by: 'sent', follower: 'f', region: 'eu', index, through: index, accessor: 'a', deleted: false, ...fields });
const holding = (name: string | undefined, modifyIndex = 5): Final[] =>
  ['us', 'eu'].map((region) => ({ region, tokens: new Map(name === undefined ? [] : [['a', { name, modifyIndex }]]) }));
const judge = (history: Partial<History>, limits: Partial<Limits> = {}): string[] =>
  violations({ writes: [], looks: [], uses: [], events: [], accesses: [], finals: [], ...history }, { ...LIMITS, ...limits }).map(({ promise }) => promise);

const CREATE = write({});
const UPDATE = write({ kind: 'update', name: 'n2', start: 20, end: 30 });
const DELETE = write({ kind: 'delete', name: '', start: 40, end: 50 });

test('a history in which every region holds the last acknowledged write breaks nothing', () => {
  expect(judge({ writes: [CREATE, UPDATE], finals: holding('n2') })).toEqual([]);
  expect(judge({ writes: [CREATE, UPDATE, DELETE], finals: holding(undefined) })).toEqual([]);
});

test('P1 an acknowledged create, update or delete that is not there at the end is found in each region', () => {
  expect(judge({ writes: [CREATE], finals: holding(undefined) })).toEqual(['P1', 'P1']);
  expect(judge({ writes: [CREATE, UPDATE], finals: holding('n1') })).toEqual(['P1', 'P1']);
  expect(judge({ writes: [CREATE, DELETE], finals: holding('n1') })).toEqual(['P1', 'P1']);
});

test('P1 a write in doubt may have happened or not, a refused one has not', () => {
  const doubted = { ...UPDATE, outcome: 'unknown' as const };
  for (const name of ['n1', 'n2']) expect(judge({ writes: [CREATE, doubted], finals: holding(name) })).toEqual([]);
  expect(judge({ writes: [CREATE, doubted], finals: holding(undefined) })).toEqual(['P1', 'P1']);
  expect(judge({ writes: [CREATE, { ...UPDATE, outcome: 'refused' }], finals: holding('n2') })).toEqual(['P1', 'P1']);
  expect(judge({ writes: [CREATE, doubted, { ...UPDATE, name: 'n3', start: 35 }], finals: holding('n2') })).toEqual(['P1', 'P1']);
});

test('P3 two regions that hold a token in two states are found, also where both states are possible', () => {
  const [us, eu] = [holding('n1')[0], holding('n2')[1]];
  const finals = [us, eu].filter((each) => each !== undefined);
  expect(judge({ writes: [CREATE, { ...UPDATE, outcome: 'unknown' }], finals })).toEqual(['P3']);
});

test('P5 a local token is held by its own region only', () => {
  const local = write({ scope: 'local' });
  const [, eu] = holding('n1');
  const us: Final = { region: 'us', tokens: new Map() };
  expect(judge({ writes: [local], finals: [us, eu].filter((each) => each !== undefined) })).toEqual([]);
  expect(judge({ writes: [local], finals: holding('n1') })).toEqual(['P5']);
});

test('P3 an index that goes back for one poller is found, two pollers are not compared', () => {
  expect(judge({ looks: [look(3), look(3), look(7)] })).toEqual([]);
  expect(judge({ looks: [look(3), look(7), look(6)] })).toEqual(['P3']);
  expect(judge({ looks: [look(7), look(6, { poller: 'q' })] })).toEqual([]);
});

test('P7 a revoked token that is accepted where it was decided after the delete, or elsewhere after the limit, is found', () => {
  const writes = [CREATE, DELETE];
  const finals = holding(undefined);
  expect(judge({ writes, finals, uses: [use({ start: 45, end: 60, region: 'us' })] })).toEqual([]);
  expect(judge({ writes, finals, uses: [use({ start: 51, end: 52, region: 'us' })] })).toEqual(['P7']);
  expect(judge({ writes: [write({ scope: 'local' }), { ...DELETE, scope: 'local' }], uses: [use({ start: 51, end: 52 })] })).toEqual(['P7']);
  for (const region of ['eu', 'ap']) {
    expect(judge({ writes, finals, uses: [use({ start: 900, end: 910, region })] })).toEqual([]);
    expect(judge({ writes, finals, uses: [use({ start: 1_051, end: 1_060, region })] })).toEqual(['P7']);
  }
});

test('P7 a region is excused from the limit while it or the authority was disturbed, never where it decided', () => {
  const history = { writes: [CREATE, DELETE], finals: holding(undefined), uses: [use({ start: 5_000, end: 5_001, region: 'ap' })] };
  const disturbed = (region: string, from: number, to: number): Partial<Limits> => ({ disturbances: [{ region, from, to }] });
  expect(judge(history, disturbed('ap', 45, 100))).toEqual([]);
  expect(judge(history, disturbed('us', 4_000, 6_000))).toEqual([]);
  expect(judge(history, disturbed('eu', 0, 9_000))).toEqual(['P7']);
  expect(judge(history, disturbed('ap', 0, 30))).toEqual(['P7']);
  expect(judge({ ...history, uses: [use({ start: 51, end: 52, region: 'us' })] }, disturbed('us', 0, 9_000))).toEqual(['P7']);
});

test('P2 a region that accepts a token again after it had refused it is found, with an unknown delete too', () => {
  const doubted = { ...DELETE, outcome: 'unknown' as const };
  const finals = holding(undefined);
  const refusal = use({ region: 'ap', start: 60, end: 61, accepted: false });
  expect(judge({ writes: [CREATE, doubted], finals, uses: [use({ region: 'ap', start: 55, end: 56 }), refusal] })).toEqual([]);
  expect(judge({ writes: [CREATE, doubted], finals, uses: [refusal, use({ region: 'ap', start: 62, end: 63 })] })).toEqual(['P2']);
  expect(judge({ writes: [CREATE, doubted], finals, uses: [use({ region: 'ap', start: 30, end: 31, accepted: false }), use({ region: 'ap', start: 32, end: 33 })] })).not.toContain('P2');
});

test('P6 a live token that is refused is found; before its creation, during its delete and away from a local one\'s home it is none', () => {
  const refused = (start: number, region = 'eu'): Partial<Use> => ({ region, start, end: start + 1, accepted: false });
  const [writes, finals] = [[CREATE, DELETE], holding(undefined)];
  for (const start of [5, 39, 45, 60]) expect(judge({ writes, finals, uses: [use(refused(start))] })).toEqual([]);
  for (const region of ['us', 'eu', 'ap']) expect(judge({ writes, finals, uses: [use(refused(20, region))] })).toEqual(['P6']);
  const local = [write({ scope: 'local' }), { ...DELETE, scope: 'local' as const }];
  expect(judge({ writes: local, finals, uses: [use(refused(20, 'us'))] })).toEqual([]);
  expect(judge({ writes: local, finals, uses: [use(refused(20))] })).toEqual(['P6']);
});

test('P4 a repeat and a step back in a feed are found', () => {
  expect(judge({ events: [event(3), event(4), event(9)] })).toEqual([]);
  expect(judge({ events: [event(3), event(3)] })).toEqual(['P4']);
  expect(judge({ events: [event(4), event(3)] })).toEqual(['P4']);
  expect(judge({ events: [event(4), event(3, { follower: 'g' })] })).toEqual([]);
  const listed = [event(9, { by: 'list', deleted: true }), event(7, { by: 'list', accessor: 'b' })];
  expect(judge({ events: [event(4), ...listed, event(10)] })).toEqual([]);
  expect(judge({ events: [event(4), ...listed, event(8)] })).toEqual(['P4']);
  const newer = event(12, { by: 'list', accessor: 'c', through: 9 });
  expect(judge({ events: [event(4), newer, event(12, { accessor: 'c' })] })).toEqual([]);
  expect(judge({ events: [event(4), newer, event(12, { accessor: 'c' }), event(12, { accessor: 'c' })] })).toEqual(['P4']);
});

test('P4 a change that a follower was never sent is found', () => {
  const finals = holding('n2', 7);
  expect(judge({ writes: [CREATE, UPDATE], finals, events: [event(5), event(7)] })).toEqual([]);
  expect(judge({ writes: [CREATE, UPDATE], finals, events: [event(5), event(8, { accessor: 'b', deleted: true })] })).toEqual(['P4']);
  expect(judge({ writes: [CREATE, UPDATE], finals, events: [event(6, { accessor: 'b', deleted: true })] })).toEqual(['P4']);
  expect(judge({ writes: [CREATE, DELETE], finals: holding(undefined), events: [event(5)] })).toEqual(['P4']);
  expect(judge({ writes: [CREATE, DELETE], finals: holding(undefined), events: [event(5), event(7, { deleted: true })] })).toEqual([]);
});

test('P3 a record that is read at an older index than before is found, and a read that no order explains', () => {
  const read = (start: number, modifyIndex: number, value = 'a'): Access => ({ key: 'k', kind: 'read', value, region: 'us', start, end: start + 1, outcome: 'acked', modifyIndex });
  const create: Access = { key: 'k', kind: 'create', value: 'a', region: 'us', start: 0, end: 1, outcome: 'acked' };
  expect(judge({ accesses: [create, read(2, 5), read(4, 5)] })).toEqual([]);
  expect(judge({ accesses: [create, read(2, 5), read(4, 4)] })).toEqual(['P3']);
  expect(judge({ accesses: [create, read(2, 5, 'b')] })).toEqual(['linearizable']);
});
