import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { type Child, startChild } from '../measure/child.ts';
import { framed, generator, h2load, type Load } from '../measure/generators.ts';
import { interleaved } from '../measure/paired.ts';
import type { ValidatorReady } from '../servers/validator.ts';
import { rateRow, type Row } from '../table.ts';
import { secretOf } from '../tokens.ts';
import type { Run } from '../run.ts';

const TOKENS = 1_000;
const ROUND_MS = 1_000;
const SHAPE = { seconds: 1, connections: 8, streams: 32 } as const;
const BATCH = 64;

/** Verdicts by gRPC: unary against a bare server under a native generator; stream and batch against unary under one Node.js client. */
export async function validateRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const ours = await startChild<ValidatorReady>(new URL('../servers/validator.ts', import.meta.url), { tokens: TOKENS, folder });
  stack.use(ours.child);
  const client = stack.adopt(new validator.ValidatorClient(ours.ready.grpc, credentials.createInsecure()), (open) => open.close());
  const answer = await warm(client);
  const bare = await startChild<string>(new URL('../servers/grpc-constant.ts', import.meta.url), {
    answer: Buffer.from(validator.ValidateResponse.encode(answer).finish()).toString('base64'),
  });
  stack.use(bare.child);
  return [...(await unary(ours.child, ours.ready.grpc, bare, { rounds, folder })), ...(await byNodeClient(ours.child, client, rounds))];
}

async function unary(ours: Child, address: string, bare: { readonly child: Child; readonly ready: string }, { rounds, folder }: Run): Promise<readonly Row[]> {
  generator('h2load');
  const message = join(folder, 'validate.bin');
  writeFileSync(message, framed(validator.ValidateRequest.encode(question(1)).finish()));
  const at = (server: string) => () => h2load(`http://${server}/mintmark.v1.Validator/Validate`, message, SHAPE);
  const measured = await interleaved({ ours: { pid: ours.pid, load: at(address) }, bare: { pid: bare.child.pid, load: at(bare.ready) } }, rounds);
  return [rateRow('validate, gRPC unary (h2load), vs bare grpc-js', measured.ours, measured.bare, '/s', 0.8)];
}

async function byNodeClient({ pid }: Child, client: validator.ValidatorClient, rounds: number): Promise<readonly Row[]> {
  const { single, stream, batch } = await interleaved(
    {
      single: { pid, load: () => closedLoop(32, 1, (number) => once(client, number)) },
      stream: { pid, load: () => streamed(client) },
      batch: { pid, load: () => closedLoop(8, BATCH, (number) => batched(client, number)) },
    },
    rounds,
  );
  return [
    rateRow('validate, gRPC stream, vs unary (Node client)', stream, single, '/s', 5),
    rateRow(`validate, gRPC batch of ${BATCH}, vs unary (Node client)`, batch, single, '/s', 12),
  ];
}

/** Asks for each token once, so that all are cached. */
async function warm(client: validator.ValidatorClient): Promise<validator.ValidateResponse> {
  for (let number = 0; number < TOKENS; number += BATCH) await batched(client, number);
  const answer = await once(client, 1);
  if (answer.verdict !== validator.Verdict.VERDICT_ALLOW) throw new Error(`the verdict is ${answer.verdict} ${answer.reason}`);
  return answer;
}

async function closedLoop(concurrency: number, each: number, call: (number: number) => Promise<unknown>): Promise<Load> {
  const began = performance.now();
  let done = 0;
  const worker = async (first: number): Promise<void> => {
    for (let number = first; performance.now() - began < ROUND_MS; number += concurrency) {
      await call(number);
      done += each;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, at) => worker(at)));
  return { rate: (done / (performance.now() - began)) * 1_000, count: done };
}

/** One stream with at most 256 questions under way. */
function streamed(client: validator.ValidatorClient): Promise<Load> {
  return new Promise((resolve, reject) => {
    const call = client.validateStream();
    const began = performance.now();
    let sent = 0;
    let done = 0;
    const send = (): void => {
      call.write({ id: sent, request: question(sent), restsOn: false });
      sent += 1;
    };
    call.on('data', ({ response }: validator.ValidateStreamResponse) => {
      if (response?.verdict !== validator.Verdict.VERDICT_ALLOW) reject(new Error(`the verdict is ${response?.reason}`));
      done += 1;
      if (performance.now() - began < ROUND_MS) send();
      else if (done === sent) call.end();
    });
    call.on('error', reject);
    call.on('end', () => resolve({ rate: (done / (performance.now() - began)) * 1_000, count: done }));
    for (let at = 0; at < 256; at += 1) send();
  });
}

function once(client: validator.ValidatorClient, number: number): Promise<validator.ValidateResponse> {
  return new Promise((resolve, reject) => {
    client.validate(question(number), (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function batched(client: validator.ValidatorClient, first: number): Promise<validator.BatchValidateResponse> {
  const requests = Array.from({ length: BATCH }, (_, at) => question(first + at));
  return new Promise((resolve, reject) => {
    client.batchValidate({ requests }, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function question(number: number): validator.ValidateRequest {
  return { credential: { dialect: 'acl', value: secretOf(number % TOKENS) }, freshness: '', strict: false };
}
