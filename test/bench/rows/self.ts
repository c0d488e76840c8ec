import { credentials } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { request } from 'undici';
import { startChild } from '../measure/child.ts';
import { generator, wrk } from '../measure/generators.ts';
import { interleaved } from '../measure/paired.ts';
import type { Run } from '../run.ts';
import type { ValidatorReady } from '../servers/validator.ts';
import { rateRow, type Row } from '../table.ts';
import { secretOf } from '../tokens.ts';

const FEW = 1_000;
const MANY = 1_000_000;
const PER_BATCH = 1_024;
/** Room for a million tokens; both servers get it. */
const CACHE_BYTES = 768 * 1024 * 1024;
const SHAPE = { connections: 64, seconds: 1 } as const;

/** A token's read of itself over HTTP, with few tokens and with many in the view and in the cache, beside a bare server with the same answer. */
export async function selfRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  generator('wrk');
  await using stack = new AsyncDisposableStack();
  const start = async (tokens: number) => {
    const started = await startChild<ValidatorReady>(new URL('../servers/validator.ts', import.meta.url), { tokens, cacheBytes: CACHE_BYTES, folder });
    stack.use(started.child);
    await cacheAll(started.ready.grpc, tokens);
    return started;
  };
  const few = await start(FEW);
  const many = await start(MANY);
  const headers = { 'X-Nomad-Token': secretOf(1) };
  const bare = await startChild<string>(new URL('../servers/http-constant.ts', import.meta.url), await answerOf(few.ready.http, headers));
  stack.use(bare.child);
  const at = (server: string) => () => wrk(`${server}/v1/acl/token/self`, { ...SHAPE, headers });
  const measured = await interleaved(
    {
      few: { pid: few.child.pid, load: at(few.ready.http) },
      bare: { pid: bare.child.pid, load: at(bare.ready) },
      many: { pid: many.child.pid, load: at(many.ready.http) },
    },
    rounds,
  );
  return [
    rateRow('self read, HTTP (wrk), vs bare node:http', measured.few, measured.bare, '/s', 0.75),
    rateRow('the same with 1,000,000 cached tokens, vs 1,000', measured.many, measured.few, '/s', 0.85),
  ];
}

/** Judges every token once over gRPC: the cache then holds all of them. */
export async function cacheAll(address: string, tokens: number): Promise<void> {
  using stack = new DisposableStack();
  const client = stack.adopt(new validator.ValidatorClient(address, credentials.createInsecure()), (open) => open.close());
  const batch = async (first: number): Promise<void> => {
    const requests = Array.from({ length: Math.min(PER_BATCH, tokens - first) }, (_, at) => ({
      credential: { dialect: 'acl', value: secretOf(first + at) },
      freshness: '', strict: false,
    }));
    const { responses } = await new Promise<validator.BatchValidateResponse>((resolve, reject) => {
      client.batchValidate({ requests }, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
    if (responses.some(({ verdict }) => verdict !== validator.Verdict.VERDICT_ALLOW)) throw new Error('a token was refused');
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < tokens) {
      const first = next;
      next += PER_BATCH;
      await batch(first);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}

/** What the server answers, for a bare one to repeat. */
export async function answerOf(
  server: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly body: string; readonly headers: Record<string, string> }> {
  const answer = await request(`${server}/v1/acl/token/self`, { headers });
  const own = Object.entries(answer.headers).filter(([name]) => !['date', 'connection', 'keep-alive', 'transfer-encoding'].includes(name));
  return {
    body: Buffer.from(await answer.body.arrayBuffer()).toString('base64'),
    headers: Object.fromEntries(own.map(([name, value]) => [name, String(value)])),
  };
}
