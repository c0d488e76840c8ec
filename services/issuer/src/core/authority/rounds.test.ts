import { randomBytes } from 'node:crypto';
import { authorityFrom } from '@mintmark/domain';
import { createSealer } from '@mintmark/keys';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { expect, it } from 'vitest';
import type { IssuerContext } from '../../context.ts';
import { PeerClocks } from './peer-clocks.ts';
import { answerWord, askAll } from './rounds.ts';

const HOUR_MS = 3_600_000;
const { signal } = new AbortController();
const shared = randomBytes(32);

type Tell = (request: { readonly sealed: Uint8Array }) => Promise<{ readonly sealed: Uint8Array }>;

/** An issuer as far as rounds go, whose clock is ahead by so much, and the regions that it has heard from. `tell`: what the other one answers. */
function issuer(region: string, other: string, { aheadMs = 0, tell }: { readonly aheadMs?: number; readonly tell?: Tell } = {}) {
  const heard: string[] = [];
  const known = authorityFrom(undefined, 'us');
  const standing = { others: [other], known, whenSettled: async () => undefined, asks: () => undefined, asked: () => undefined, heard: (from: string) => heard.push(from) };
  const world = { ...systemWorld, clock: { ...systemWorld.clock, now: () => Date.now() + aheadMs } };
  const peerClocks = new PeerClocks(() => undefined);
  const ctx = { region, world, sealer: createSealer([shared], randomBytes), standing, follower: {}, peerClocks, writeTimeoutMs: 1_000, peerOf: () => ({ standing: { tellAuthority: tell } }) };
  return { ctx: ctx as unknown as IssuerContext, heard, peerClocks };
}

const eu = issuer('eu', 'us', { aheadMs: HOUR_MS });
const honest: Tell = async ({ sealed }) => ({ sealed: await answerWord(eu.ctx, sealed, signal) });

it('a region is heard from whatever its clock shows, and what that shows is noted (R1)', async () => {
  const us = issuer('us', 'eu', { tell: honest });
  expect(await askAll(us.ctx, signal)).toMatchObject([{ region: 'eu' }]);
  expect(us.heard).toEqual(['eu']);
  expect(Math.abs(us.peerClocks.aheadOf('eu') - HOUR_MS)).toBeLessThan(5_000);
});

it('an answer to an earlier question is none, and nor is the question itself (R1)', async () => {
  const answers: Awaited<ReturnType<Tell>>[] = [];
  const kept: Tell = async (request) => {
    const answer = await honest(request);
    answers.push(answer);
    return answer;
  };
  await askAll(issuer('us', 'eu', { tell: kept }).ctx, signal);
  const earlier: Tell = async () => answers[0] ?? { sealed: new Uint8Array() };
  const reflected: Tell = async (question) => question;
  for (const tell of [earlier, reflected]) {
    const us = issuer('us', 'eu', { tell });
    expect(await askAll(us.ctx, signal)).toEqual([]);
    expect([us.heard, us.peerClocks.aheadOf('eu')]).toEqual([[], 0]);
  }
});
