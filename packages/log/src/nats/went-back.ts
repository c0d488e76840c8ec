import type { Asking, JetStreamApi } from './api.ts';
import type { Delivered } from './consumer.ts';
import { type LogFacts, type Mark, revisionAt } from './facts.ts';

/**
 * What is wrong when the log does not have a message that was received: how a log that lost its end is told also once it has grown beyond it
 * again. `undefined` where nothing is wrong, or where the message was superseded or purged and nothing can be said.
 */
export async function wentBack(api: JetStreamApi, received: Delivered, facts: LogFacts, mark: Mark, asking: Asking): Promise<string | undefined> {
  const present = await api.last(received.subject, asking);
  const at = revisionAt(facts, received.sequence);
  if (present === undefined && at <= mark.compacted) return undefined;
  if (present !== undefined && present.sequence > received.sequence) return undefined;
  if (present?.sequence === received.sequence && present.timestamp === received.timestamp) return undefined;
  return `revision ${at} is not what was received as ${at}`;
}
