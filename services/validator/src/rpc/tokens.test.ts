import { randomUUID } from 'node:crypto';
import { formatFreshness } from '@mintmark/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ValidatorContext } from '../context.ts';
import { Bed, INCARNATION, management, secretOf, token } from '../http/acl/test-bed.ts';
import { getToken, listTokens } from './tokens.ts';

const COUNT = 1_001;
const CALL = { credential: () => secretOf(1), signal: new AbortController().signal, peer: randomUUID() } as unknown as Parameters<typeof listTokens>[2];

let bed: Bed;
let ctx: ValidatorContext;
beforeEach(async () => {
  bed = await Bed.open();
  for (let from = 2; from <= COUNT; from += 500) await bed.write(...Array.from({ length: Math.min(500, COUNT + 1 - from) }, (_, i) => token(from + i)));
  await bed.write(management(1));
  ctx = { view: bed.view, authenticator: { authenticate: async () => ({ outcome: 'authenticated', token: (await bed.view.find('token', 'secret', management(1).body.secret.digest)).value }) } } as unknown as ValidatorContext;
});
afterEach(() => bed[Symbol.asyncDispose]());

async function pagesOf(pageSize: number, prefix = ''): Promise<readonly number[]> {
  const sizes: number[] = [];
  const seen = new Set<string>();
  for (let pageToken = ''; ; ) {
    const page = await listTokens(ctx, { pageSize, pageToken, prefix, minIndex: 0 }, CALL);
    sizes.push(page.tokens.length);
    for (const { accessorId } of page.tokens) seen.add(accessorId);
    if (page.nextPageToken === '') break;
    pageToken = page.nextPageToken;
  }
  expect(seen.size).toBe(COUNT);
  return sizes;
}

describe('ListTokens', () => {
  test('gives every token once, at the largest page too', async () => {
    expect(await pagesOf(1_000)).toEqual([1_000, 1]);
    expect(await pagesOf(400)).toEqual([400, 400, 201]);
    expect(await pagesOf(COUNT - 2, '0')).toEqual([COUNT - 2, 2]);
  });

  test('has no page after the last token', async () => {
    expect(await pagesOf(143)).toEqual([143, 143, 143, 143, 143, 143, 143]);
  });
});

test('an answer tells the freshness of what was read, not of what the feed has told so far', async () => {
  const freshness = formatFreshness({ region: 'us-east', incarnation: INCARNATION, index: bed.at });
  expect(await listTokens(ctx, { pageSize: 1, pageToken: '', prefix: '', minIndex: 0 }, CALL)).toMatchObject({ freshness, index: bed.at });
  expect(await getToken(ctx, { accessorId: management(1).id, minIndex: 0 }, CALL)).toMatchObject({ freshness });
});
