import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Certified, createAuthority } from './certificates.fixture.ts';
import { EchoClient, failureOf, type Note, startEcho } from './echo.fixture.ts';
import { callUnary, channelCredentials, createClient, type PeerIdentity, serverCredentials, type TlsFiles, unary } from './index.ts';

const NOTE: Note = { text: 'hello' };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-tls-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, ca: string, { cert, key }: Certified): Promise<TlsFiles> {
  const files = { ca: join(folder, `${name}.ca.pem`), cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key.pem`) };
  await Promise.all([writeFile(files.ca, ca), writeFile(files.cert, cert), writeFile(files.key, key)]);
  return files;
}

test('with mutual TLS both sides must show a certificate of the same authority, and the handler sees the caller’s', async () => {
  const ours = createAuthority('ours');
  const theirs = createAuthority('theirs');
  const server = await write('server', ours.ca, ours.issue('issuer.us-east'));
  const caller = await write('caller', ours.ca, ours.issue('issuer.eu-west'));
  const stranger = await write('stranger', ours.ca, theirs.issue('issuer.eu-west'));
  const mistaken = await write('mistaken', theirs.ca, ours.issue('issuer.eu-west'));
  const seen: (PeerIdentity | undefined)[] = [];
  await using echo = await startEcho(
    {
      say: unary<Note, Note>({}, async (call) => {
        seen.push(call.identity());
        return call.request;
      }),
    },
    { credentials: serverCredentials(server) },
  );
  const call = async (tls: TlsFiles | 'insecure'): Promise<unknown> => {
    const client = createClient(EchoClient, `localhost:${echo.server.port}`, channelCredentials(tls));
    try {
      return await callUnary(client, 'say', NOTE, { deadlineMs: 3_000 });
    } finally {
      client.close();
    }
  };
  expect(await call(caller)).toEqual(NOTE);
  expect(seen).toEqual([
    { commonName: 'issuer.eu-west', altNames: 'DNS:localhost, IP Address:127.0.0.1', fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) },
  ]);
  for (const refused of [stranger, mistaken, 'insecure'] as const) {
    expect((await failureOf(call(refused))).code).toBeOneOf([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]);
  }
  expect(seen).toHaveLength(1);
});

test('a file that is missing or no PEM is an error that names it', async () => {
  const authority = createAuthority('ours');
  const files = await write('broken', authority.ca, authority.issue('a'));
  expect(() => channelCredentials({ ...files, ca: join(folder, 'missing.pem') })).toThrow('missing.pem');
  const other = await write('other', authority.ca, authority.issue('b'));
  expect(() => channelCredentials({ ...files, key: other.key })).toThrow('other.key.pem');
  await writeFile(files.key, 'not a key');
  expect(() => serverCredentials(files)).toThrow(/key is not PEM.*broken\.key\.pem/);
});
