import { type LocalValidator, validator } from '@mintmark/client';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { secretOf } from '../tokens.ts';
import { memory } from './memory.ts';
import { serve } from './serve.ts';

const AT_ONCE = 1_000;

/** A process that judges credentials with the client. */
await serve(async ({ entries, ...region }: { readonly http: string; readonly grpc: string; readonly entries: number }) => {
  const local = validator({ ...region, entries });
  await local.ready();
  return { ready: undefined, commands: { memory, keep: (range: { readonly from: number; readonly to: number }) => keep(local, range) } };
});

/** Checks until the verdicts of the tokens with these numbers are kept; how many are. */
async function keep(local: LocalValidator, { from, to }: { readonly from: number; readonly to: number }): Promise<number> {
  for (let first = from; first < to; first += AT_ONCE) {
    const credentials = Array.from({ length: Math.min(AT_ONCE, to - first) }, (_, at) => ({ dialect: 'acl', value: secretOf(first + at) }) as const);
    const asked = async (): Promise<boolean> => {
      await Promise.all(credentials.map((credential) => local.check(credential)));
      return credentials.every((credential) => local.checkAtOnce(credential)?.verdict === 'allow');
    };
    while (!(await asked())) await systemWorld.timers.sleep(10);
  }
  return local.state().kept;
}
