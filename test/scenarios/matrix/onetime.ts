import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TokenJson } from '../support/acl.ts';
import { expectDenied, expectJson, expectRefusal, TIME, UUID } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import type { Reply } from '../support/http.ts';

interface OneTimeJson {
  Index: number;
  OneTimeToken: { OneTimeSecretID: string; AccessorID: string; ExpiresAt: string; CreateIndex: number; ModifyIndex: number };
}

/** One-time tokens (specs 1.8, 1.9) and row 40 of the matrix. */
export function oneTimeSuite(fixture: () => Fixture): void {
  describe('one-time tokens', () => {
    test('one is minted for the caller\'s own token and expires within ten minutes', async () => {
      const { us } = fixture();
      const client = await us.mint();
      const { Index, OneTimeToken } = minted(await us.as(client.SecretID).oneTime());
      expect(OneTimeToken).toMatchObject({ AccessorID: client.AccessorID, OneTimeSecretID: expect.stringMatching(UUID), ExpiresAt: expect.stringMatching(TIME) });
      expect(Index).toBe(OneTimeToken.ModifyIndex);
      const left = Date.parse(OneTimeToken.ExpiresAt) - Date.now();
      expect(left).toBeGreaterThan(500_000);
      expect(left).toBeLessThanOrEqual(605_000);
    });

    test('row 40: exchanged without a credential once, refused the second time', async () => {
      const { us } = fixture();
      const client = await us.mint();
      const secret = minted(await us.as(client.SecretID).oneTime()).OneTimeToken.OneTimeSecretID;
      const { Token } = expectJson<{ Index: number; Token: TokenJson }>(await us.as(undefined).exchange(secret));
      expect(Token).toMatchObject({ AccessorID: client.AccessorID, SecretID: client.SecretID });
      expectDenied(await us.as(undefined).exchange(secret));
    });

    test('of twelve parallel exchanges exactly one succeeds', async () => {
      const { us } = fixture();
      const secret = minted(await us.oneTime()).OneTimeToken.OneTimeSecretID;
      const replies = await Promise.all(Array.from({ length: 12 }, () => us.as(undefined).exchange(secret)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 11 }, () => 403)]);
    });

    test('a new one replaces the old one of the same token', async () => {
      const { us } = fixture();
      const client = us.as((await us.mint()).SecretID);
      const first = minted(await client.oneTime()).OneTimeToken.OneTimeSecretID;
      const second = minted(await client.oneTime()).OneTimeToken.OneTimeSecretID;
      expectDenied(await us.as(undefined).exchange(first));
      expectJson(await us.as(undefined).exchange(second));
    });
    refusals(fixture);
  });
}

function refusals(fixture: () => Fixture): void {
  test('it is refused in another region and once its token is deleted', async () => {
    const { us, eu } = fixture();
    const token = await us.mint({ Global: true });
    const secret = minted(await us.as(token.SecretID).oneTime()).OneTimeToken.OneTimeSecretID;
    expectDenied(await eu.as(undefined).exchange(secret));
    expect((await us.delete(token.AccessorID)).status).toBe(200);
    expectDenied(await us.as(undefined).exchange(secret));
  });

  test('it is no credential itself', async () => {
    const { us } = fixture();
    const secret = minted(await us.oneTime()).OneTimeToken.OneTimeSecretID;
    expectDenied(await us.as(secret).self());
    expectDenied(await us.as(secret).list());
  });

  test('minting needs a valid credential, exchanging a known secret', async () => {
    const { us } = fixture();
    for (const secret of [undefined, randomUUID(), 'garbage']) expectDenied(await us.as(secret).oneTime());
    expectDenied(await us.exchange(randomUUID()));
    for (const body of ['{}', '{"OneTimeSecretID":""}', '{"OneTimeSecretID":7}', '{', '']) {
      const reply = await us.send('POST', '/v1/acl/token/onetime/exchange', { body });
      expect([400, 403]).toContain(reply.status);
      expectRefusal(reply, reply.status, /./);
    }
  });
}

function minted(reply: Reply): OneTimeJson {
  return expectJson<OneTimeJson>(reply);
}
