import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pipedTo, serveApi, TOKEN } from './api.fixture.ts';

interface Certificate {
  readonly key: string;
  readonly cert: string;
}

let folder: string;
let good: Certificate;
let stranger: Certificate;
let elsewhere: Certificate;

/** A certificate that is its own authority. */
async function certificate(name: string, subject: string): Promise<Certificate> {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const about = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${subject}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, ...about], { stdio: 'pipe' });
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mm-tls-'));
  good = await certificate('good', 'IP:127.0.0.1');
  stranger = await certificate('stranger', 'IP:127.0.0.1');
  elsewhere = await certificate('elsewhere', 'DNS:api.example.com');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('over TLS the token goes to the origin whose certificate the given authority has signed', async () => {
  const seen: unknown[] = [];
  await using api = await serveApi(({ headers }, response) => {
    seen.push(headers.authorization);
    response.end('secret');
  }, { tls: good });
  await using pipeline = await pipedTo(`https://127.0.0.1:${api.port}`, { ca: good.cert });
  const { statusCode, body } = await request(`http://127.0.0.1:${pipeline.port}/v1/services`);
  expect([statusCode, await body.text(), seen]).toEqual([200, 'secret', [`Bearer ${TOKEN}`]]);
});

test.each([
  ['of another authority', () => stranger, () => good.cert],
  ['that the system does not know', () => good, () => undefined],
  ['of another name', () => elsewhere, () => elsewhere.cert],
])('a certificate %s is 502, and neither credential nor token is sent', async (_, served, trusted) => {
  const seen: string[] = [];
  await using api = await serveApi(({ url }, response) => {
    seen.push(String(url));
    response.end();
  }, { tls: served() });
  const ca = trusted();
  await using pipeline = await pipedTo(`https://127.0.0.1:${api.port}`, { rideOutMs: 0, ...(ca === undefined ? {} : { ca }) });
  const { statusCode, body } = await request(`http://127.0.0.1:${pipeline.port}/v1/services`);
  const answer = (await body.json()) as { message: string };
  expect([statusCode, answer.message, seen]).toEqual([502, expect.stringMatching(/cannot be reached \((?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_CERT_ALTNAME_INVALID)\)/) as string, []]);
});

test('a redirect to another origin is handed to the job, and not followed', async () => {
  await using other = await serveApi((_, response) => void response.end());
  await using api = await serveApi((_, response) => void response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end());
  await using pipeline = await pipedTo(`http://127.0.0.1:${api.port}`);
  const { statusCode, headers } = await request(`http://127.0.0.1:${pipeline.port}/v1/services`);
  expect([statusCode, headers.location]).toEqual([307, `http://127.0.0.1:${other.port}/`]);
});
