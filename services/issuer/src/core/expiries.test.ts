import { type LiveRecord, NO_REVISION } from '@mintmark/domain';
import { expect, it } from 'vitest';
import { Expiries } from './expiries.ts';

function token(id: string, expirationTime: string | null): LiveRecord<'token'> {
  const body = { name: id, type: 'client', policies: [], roleIds: [], secret: { digest: '', sealed: new Uint8Array() }, hash: '', createTime: '2026-01-01T00:00:00Z', expirationTime, expirationTtl: 0 } as unknown as LiveRecord<'token'>['body'];
  return { kind: 'token', id, scope: 'local', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), body };
}

const at = (time: string): number => Date.parse(time);

it('gives each token once, when its second is over', () => {
  const expiries = new Expiries('token');
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
  const expiries = new Expiries('token');
  expiries.note({ kind: 'token', id: 'a', scope: 'local', deleted: true, createIndex: NO_REVISION, writeId: 'w'.repeat(22) });
  expiries.note(token('b', 'no time'));
  expiries.note({ ...token('c', '2026-01-01T00:00:01Z'), kind: 'session' } as unknown as LiveRecord<'session'>);
  expect(expiries.take(Number.MAX_SAFE_INTEGER)).toEqual([]);
});

it('wants everything to be read at first, after it started over, when the authority is another, and once an hour', () => {
  const expiries = new Expiries('token');
  expect(expiries.wantsReading({ deciding: true, at: 0 })).toBe(true);
  const complete = expiries.startOver();
  expiries.note(token('a', '2026-01-01T00:00:01Z'));
  complete({ deciding: true, at: 0 });
  expect(expiries.wantsReading({ deciding: true, at: 3_599_999 })).toBe(false);
  expect(expiries.wantsReading({ deciding: true, at: 3_600_000 })).toBe(true);
  expect(expiries.wantsReading({ deciding: false, at: 1 })).toBe(true);
  expiries.startOver();
  complete({ deciding: true, at: 0 });
  expect(expiries.wantsReading({ deciding: true, at: 1 })).toBe(true);
  expect(expiries.take(Number.MAX_SAFE_INTEGER)).toEqual([]);
});
