import type { issuer } from '@mintmark/contract';
import { NO_REVISION, revision } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';

/** Takes note of a validator's coverage and confirms each report, from when this issuer itself knows what the region shows (A4). */
export async function* attach(ctx: IssuerContext, reports: AsyncIterable<issuer.Coverage>, signal: AbortSignal): AsyncGenerator<issuer.Attached> {
  const { follower, attachments } = ctx;
  await follower.until(() => follower.live, signal);
  attachments.began(follower.position?.revision ?? NO_REVISION);
  const report = attachments.attach();
  for await (const { covered } of reports) {
    report(revision(covered));
    yield { covered, answered: attachments.answered };
  }
}
