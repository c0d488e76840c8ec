import type { issuer } from '@mintmark/contract';
import { revision } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';

/** Takes note of a validator's coverage and confirms each report. */
export async function* attach(ctx: IssuerContext, reports: AsyncIterable<issuer.Coverage>): AsyncGenerator<issuer.Attached> {
  const report = ctx.attachments.attach();
  for await (const { covered } of reports) {
    report(revision(covered));
    yield { covered };
  }
}
