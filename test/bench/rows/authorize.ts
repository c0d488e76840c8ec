import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { startChild } from '../measure/child.ts';
import { framed, generator, h2load } from '../measure/generators.ts';
import { interleaved } from '../measure/paired.ts';
import type { Run } from '../run.ts';
import type { ValidatorReady } from '../servers/validator.ts';
import { rateRow, type Row } from '../table.ts';
import { secretOf } from '../tokens.ts';

const SHAPE = { seconds: 1, connections: 8, streams: 32 } as const;

/** Decisions by gRPC beside verdicts of the same server under the same load. */
export async function authorizeRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  generator('h2load');
  await using stack = new AsyncDisposableStack();
  const { child, ready } = await startChild<ValidatorReady>(new URL('../servers/validator.ts', import.meta.url), { tokens: 1_000, folder });
  stack.use(child);
  const credential = { dialect: 'acl', value: secretOf(1) };
  const question = { credential, verb: 'read', resource: 'job::/bench::job', context: {}, freshness: '', strict: false };
  await mustAllow(ready.grpc, question);
  const load = (method: string, message: Uint8Array) => {
    const file = join(folder, `${method}.bin`);
    writeFileSync(file, framed(message));
    return { pid: child.pid, load: () => h2load(`http://${ready.grpc}/mintmark.v1.Validator/${method}`, file, SHAPE) };
  };
  const measured = await interleaved(
    {
      authorize: load('Authorize', validator.AuthorizeRequest.encode(question).finish()),
      validate: load('Validate', validator.ValidateRequest.encode({ credential, freshness: '', strict: false }).finish()),
    },
    rounds,
  );
  return [rateRow('authorize, gRPC unary (h2load), vs validate', measured.authorize, measured.validate, '/s')];
}

async function mustAllow(address: string, question: validator.AuthorizeRequest): Promise<void> {
  using stack = new DisposableStack();
  const client = stack.adopt(new validator.ValidatorClient(address, credentials.createInsecure()), (open) => open.close());
  const answer = await new Promise<validator.AuthorizeResponse>((resolve, reject) => {
    client.authorize(question, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
  if (answer.verdict !== validator.Verdict.VERDICT_ALLOW) throw new Error(`the decision is ${answer.verdict} ${answer.reason} ${answer.message}`);
}
