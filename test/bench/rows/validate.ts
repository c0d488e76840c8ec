import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { type Child, startChild } from '../measure/child.ts';
import { framed, generator, h2load, type Load } from '../measure/generators.ts';
import { type Contender, interleaved } from '../measure/paired.ts';
import type { ValidatorReady } from '../servers/validator.ts';
import { rateRow, type Row } from '../table.ts';
import { secretOf } from '../tokens.ts';
import type { Run } from '../run.ts';

const TOKENS = 1_000;
const UNARY = { seconds: 1, connections: 8, streams: 32 } as const;
/** One call a connection: each carries many questions. */
const MANY = { seconds: 1, connections: 8, streams: 1 } as const;
const BATCH = 64;
/** Questions of one stream, all sent at once. */
const STREAMED = 256;

/** Verdicts by gRPC under a native generator: unary against a bare server; stream and batch against unary. */
export async function validateRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  generator('h2load');
  await using stack = new AsyncDisposableStack();
  const ours = await startChild<ValidatorReady>(new URL('../servers/validator.ts', import.meta.url), { tokens: TOKENS, folder });
  stack.use(ours.child);
  const client = stack.adopt(new validator.ValidatorClient(ours.ready.grpc, credentials.createInsecure()), (open) => open.close());
  await warm(client);
  const answer = await once(client, 1);
  const bare = await startChild<string>(new URL('../servers/grpc-constant.ts', import.meta.url), {
    answer: Buffer.from(validator.ValidateResponse.encode(answer).finish()).toString('base64'),
  });
  stack.use(bare.child);
  const messages = messagesIn(folder);
  const at = (method: string): string => `http://${ours.ready.grpc}/mintmark.v1.Validator/${method}`;
  const contenders: Readonly<Record<'unary' | 'bare' | 'stream' | 'batch', Contender>> = {
    unary: { pid: ours.child.pid, load: () => h2load(at('Validate'), messages.unary, UNARY) },
    bare: { pid: bare.child.pid, load: () => h2load(`http://${bare.ready}/mintmark.v1.Validator/Validate`, messages.unary, UNARY) },
    stream: manyEach(ours.child, STREAMED, () => h2load(at('ValidateStream'), messages.stream, MANY)),
    batch: manyEach(ours.child, BATCH, () => h2load(at('BatchValidate'), messages.batch, MANY)),
  };
  const measured = await interleaved(contenders, rounds);
  return [
    rateRow('validate, gRPC unary (h2load), vs bare grpc-js', measured.unary, measured.bare, '/s', 0.8),
    rateRow(`validate, gRPC streams of ${STREAMED} (h2load), vs unary`, measured.stream, measured.unary, '/s', 5),
    rateRow(`validate, gRPC batch of ${BATCH} (h2load), vs unary`, measured.batch, measured.unary, '/s', 12),
  ];
}

/** Calls of many questions, counted by the question. */
function manyEach({ pid }: Child, each: number, load: () => Promise<Load>): Contender {
  return {
    pid,
    async load() {
      const { rate, count } = await load();
      return { rate: rate * each, count: count * each };
    },
  };
}

/** Files with what a generator sends. */
function messagesIn(folder: string): Readonly<Record<'unary' | 'stream' | 'batch', string>> {
  const { ValidateRequest, ValidateStreamRequest, BatchValidateRequest } = validator;
  const streamed = Array.from({ length: STREAMED }, (_, id) => framed(ValidateStreamRequest.encode({ id, request: question(id), restsOn: false }).finish()));
  const bodies = {
    unary: framed(ValidateRequest.encode(question(1)).finish()),
    stream: Buffer.concat(streamed),
    batch: framed(BatchValidateRequest.encode({ requests: questions(0) }).finish()),
  };
  const fileOf = (name: keyof typeof bodies): string => {
    const path = join(folder, `validate-${name}.bin`);
    writeFileSync(path, bodies[name]);
    return path;
  };
  return { unary: fileOf('unary'), stream: fileOf('stream'), batch: fileOf('batch') };
}

/** Asks for each token once, so that all are cached. Throws where one of them is not let in. */
async function warm(client: validator.ValidatorClient): Promise<void> {
  for (let number = 0; number < TOKENS; number += BATCH) {
    const { responses } = await batched(client, number);
    const refused = responses.find(({ verdict }) => verdict !== validator.Verdict.VERDICT_ALLOW);
    if (refused !== undefined) throw new Error(`the verdict is ${refused.verdict} ${refused.reason}`);
  }
}

function once(client: validator.ValidatorClient, number: number): Promise<validator.ValidateResponse> {
  return new Promise((resolve, reject) => {
    client.validate(question(number), (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function batched(client: validator.ValidatorClient, first: number): Promise<validator.BatchValidateResponse> {
  return new Promise((resolve, reject) => {
    client.batchValidate({ requests: questions(first) }, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function questions(first: number): validator.ValidateRequest[] {
  return Array.from({ length: BATCH }, (_, at) => question(first + at));
}

function question(number: number): validator.ValidateRequest {
  return { credential: { dialect: 'acl', value: secretOf(number % TOKENS) }, freshness: '', strict: false };
}
