import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { startPipeline } from '@mintmark/pipeline';
import { SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { httpClient } from '../support/http.ts';
import { until } from '../support/until.ts';
import { appToken, askAppToken, bindHttp, claimsOf, createJob, HTTP, mayIssue, newJob, policy } from './support.ts';

const ISSUER = 'https://kubernetes.example';
const AUDIENCE = 'https://mint.example';
const SUBJECT = 'system:serviceaccount:shop:web';
const JOB = newJob();

interface Key {
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A platform with a key set of its own, in the file that the issuers read. */
export class FakePlatform {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mm-platform-'));
  #keys = 0;
  key = this.#made();

  constructor() {
    this.publish(this.key);
  }

  get file(): string {
    return join(this.#folder, 'platforms.json');
  }

  rotate(): void {
    this.key = this.#made();
    this.publish(this.key);
  }

  publish({ kid, publicKey }: Key): void {
    this.write(JSON.stringify([{ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] }, jobs: { [SUBJECT]: JOB } }]));
  }

  write(text: string): void {
    this.replace(this.file, text);
  }

  /** As platforms project files: the new one takes the place of the old. */
  replace(path: string, text: string): void {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }

  /** The file of a workload's projected token. */
  get projected(): string {
    return join(this.#folder, 'token');
  }

  assertion(claims: object = {}, { kid, privateKey }: Key = this.key): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: ISSUER, sub: SUBJECT, aud: [AUDIENCE], iat: now, exp: now + 600, ...claims }).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #made(): Key {
    this.#keys += 1;
    return { kid: `k${this.#keys}`, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
  }
}

/** Jobs that their platform vouches for. */
export function platformSuite(fixture: () => Fixture, platform: FakePlatform): void {
  describe('platform assertions', () => {
    afterAll(() => platform.remove());
    const status = async (api: AclApi, assertion: string): Promise<number> => (await askAppToken(api, assertion)).status;

    test('the job of its subject gets a token in every region, as often as it is shown, once it is bound and policy permits', async () => {
      const { us, all } = fixture();
      const assertion = await platform.assertion();
      expect(await status(us, assertion)).toBe(401);
      await createJob(us, JOB);
      expect(await status(us, assertion)).toBe(401);
      await bindHttp(fixture(), us, JOB);
      expect(await status(us, assertion)).toBe(403);
      await policy(us, mayIssue(JOB));
      for (const api of all) {
        await until('the region issues', async () => (await status(api, assertion)) === 200);
        for (let times = 0; times < 2; times += 1) expect(claimsOf((await appToken(fixture(), api, assertion)).access_token)).toMatchObject({ sub: JOB, type: 'JOB' });
      }
    });

    test.each([
      ['for another audience', { aud: ['https://other.example'] }],
      ['for another audience besides', { aud: [AUDIENCE, 'https://other.example'] }],
      ['of a subject that is nobody', { sub: 'system:serviceaccount:shop:other' }],
      ['of another issuer', { iss: 'https://other.example' }],
      ['that has expired', { exp: Math.floor(Date.now() / 1_000) - 1 }],
      ['that begins later', { nbf: Math.floor(Date.now() / 1_000) + 3_600 }],
    ])('an assertion %s is 401', async (_, claims) => expect(await status(fixture().us, await platform.assertion(claims))).toBe(401));

    test("a pipeline goes on over its platform's new keys and new file; the old key counts no more; a file that is none changes nothing", async () => {
      const { us } = fixture();
      const old = await platform.assertion();
      platform.replace(platform.projected, old);
      const options = { job: JOB, host: '127.0.0.1', port: 0, target: us.region.http, credential: () => readFileSync(platform.projected, 'utf8') };
      await using pipeline = await startPipeline(options, systemWorld);
      const client = httpClient(`http://127.0.0.1:${pipeline.port}`);
      const fresh = async (): Promise<number> => (await client.call('POST', '/v1/oauth2/apptoken')).status;
      expect(await fresh()).toBe(200);
      platform.rotate();
      await until('the old key counts no more', async () => (await status(us, old)) === 401);
      expect([await fresh(), (await client.call('GET', '/v1/services')).status]).toEqual([401, 200]);
      platform.replace(platform.projected, await platform.assertion());
      expect(await fresh()).toBe(200);
      platform.write('{ half');
      // The issuer looks at the file once a second.
      const seen = new Set<number>();
      for (const end = performance.now() + 1_500; performance.now() < end; ) seen.add(await fresh());
      expect([...seen]).toEqual([200]);
      platform.publish(platform.key);
      expect((await us.send('POST', '/v1/unbind', { body: { job: JOB, service: HTTP } })).status).toBe(200);
      expect(await fresh()).toBe(401);
      await client.close();
    });
  });
}
