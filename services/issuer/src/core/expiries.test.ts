import { type LiveRecord, NO_REVISION } from '@mintmark/domain';
import { expect, it } from 'vitest';
import { Expiries } from './expiries.ts';

function token(id: string, expirationTime: string | null): LiveRecord<'token'> {
  const body = { name: id, type: 'client', policies: [], roleIds: [], secret: { digest: '', sealed: new Uint8Array() }, hash: '', createTime: '2026-01-01T00:00:00Z', expirationTime, expirationTtl: 0 } as unknown as LiveRecord<'token'>['body'];
  return { kind: 'token', id, scope: 'local', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), body };
}

const at = (time: string): number => Date.parse(time);

it('gives each token once, when its second is over', () => {
  const expiries = new Expiries();
  expiries.note(token('a', '2026-01-01T00:00:01.500Z'));
  expiries.note(token('b', '2026-01-01T00:00:01Z'));
  expiries.note(token('c', '2027-01-01T00:00:00Z'));
  expiries.note(token('d', null));
  expect(expiries.take(at('2026-01-01T00:00:01.999Z'))).toEqual([]);
  expect(expiries.take(at('2026-01-01T00:00:02Z')).toSorted()).toEqual(['a', 'b']);
  expect(expiries.take(at('2026-06-01T00:00:00Z'))).toEqual([]);
  expect(expiries.take(at('2027-01-01T00:00:01Z'))).toEqual(['c']);
});

it('passes over what is no live token', () => {
  const expiries = new Expiries();
  expiries.note({ kind: 'token', id: 'a', scope: 'local', deleted: true, createIndex: NO_REVISION, writeId: 'w'.repeat(22) });
  expiries.note(token('b', 'no time'));
  expect(expiries.take(Number.MAX_SAFE_INTEGER)).toEqual([]);
});

it('is whole once that is said, until it starts over', () => {
  const expiries = new Expiries();
  expect(expiries.isWhole).toBe(false);
  expiries.note(token('a', '2026-01-01T00:00:01Z'));
  expiries.complete();
  expect(expiries.isWhole).toBe(true);
  expiries.startOver();
  expect(expiries.isWhole).toBe(false);
  expect(expiries.take(Number.MAX_SAFE_INTEGER)).toEqual([]);
});
