import type { LiveRecord } from '@mintmark/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bed, eventually, policy, role, secretOf, token, uuid } from './test-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open();
});
afterEach(() => bed[Symbol.asyncDispose]());

/** The role of number 9 with these policies. */
function group(...policies: string[]): LiveRecord<'role'> {
  const record = role(9, 'group');
  return { ...record, body: { ...record.body, policies } };
}

/** Does something once the view has been asked for a record of the kind that many times, before the last answer is used. */
function onceAfterReading(kind: string, times: number, change: () => Promise<unknown>): void {
  const get = bed.view.get.bind(bed.view);
  let reads = 0;
  bed.view.get = async (...about) => {
    const read = await get(...about);
    if (about[0] === kind) {
      reads += 1;
      if (reads === times) await change();
    }
    return read;
  };
}

const holder = secretOf(1);
const names = (text: string): string[] => JSON.parse(text).map(({ Name }: { Name: string }) => Name);

describe('a list of what a caller holds', () => {
  // A caller is authorized twice before a list is read, so the second reading of its role is the one that counts.
  test('misses nothing: a role that changes while the list is read has a greater index than the list, although a policy changed after it', async () => {
    await bed.write(token(1, { policies: [], roleIds: [uuid(9)] }), group('a'), policy('a'), policy('b'));
    onceAfterReading('role', 2, async () => {
      await bed.write(group('a', 'b'));
      await bed.write(policy('c'));
    });
    const first = await bed.get('policies', holder);
    expect(names(first.text)).toEqual(['a']);
    expect(Number(first.headers['x-nomad-index'])).toBeLessThan(5);
    const next = await bed.get(`policies?index=${first.headers['x-nomad-index']}&wait=1s`, holder);
    expect(names(next.text)).toEqual(['a', 'b']);
  });

  test('misses nothing: so has the caller\'s own token', async () => {
    await bed.write(token(1, { policies: ['a'] }), policy('a'), policy('b'));
    onceAfterReading('policy', 1, async () => {
      await bed.write(token(1, { policies: ['b'] }));
      await bed.write(policy('b'));
    });
    const first = await bed.get('policies', holder);
    expect(names(first.text)).toEqual(['a']);
    expect(Number(first.headers['x-nomad-index'])).toBeLessThan(4);
    const next = await bed.get(`policies?index=${first.headers['x-nomad-index']}&wait=1s`, holder);
    expect(names(next.text)).toEqual(['b']);
  });

  test('sleeps through the changes of policies and roles that the caller does not hold', async () => {
    await bed.write(token(1, { policies: ['a'], roleIds: [uuid(9)] }), group('b'), policy('a'), policy('b'));
    const { headers } = await bed.get('policies', holder);
    let reads = 0;
    const list = bed.view.list.bind(bed.view);
    bed.view.list = (...about) => {
      reads += 1;
      return list(...about);
    };
    const blocked = bed.get(`policies?index=${headers['x-nomad-index']}&wait=5s`, holder);
    await eventually(() => reads === 1, () => bed.heard());
    await bed.write(policy('other'), role(8, 'other'));
    await bed.write(group('a', 'b'));
    expect(names((await blocked).text)).toEqual(['a', 'b']);
    expect(reads).toBe(2);
  });
});
