import { type Revision, revision } from '@mintmark/domain';
import type { NatsConnection } from '@nats-io/transport-node';
import { LogError } from '../log.ts';
import type { LogNames } from './names.ts';

/** What a log says of itself: in the stream's description from its first moment on, and under the meta subject for readers. */
export interface LogMeta {
  readonly incarnation: string;
  readonly base: Revision;
  readonly compacted: Revision;
}

/** The meta message, read directly; `undefined` while the log has none. */
export async function readMeta(nc: NatsConnection, names: LogNames, timeoutMs: number): Promise<{ readonly meta: LogMeta; readonly sequence: number } | undefined> {
  const answer = await nc.request(`$JS.API.DIRECT.GET.${names.stream}.${names.meta}`, undefined, { timeout: timeoutMs });
  if (answer.headers !== undefined && answer.headers.code === 404) return undefined;
  if (answer.headers !== undefined && answer.headers.code !== 0) throw new LogError('unavailable', `the log's meta cannot be read: ${answer.headers.description}`);
  return { meta: parseMeta(answer.string()), sequence: Number(answer.headers?.get('Nats-Sequence')) };
}

/** Reads what `JSON.stringify` of a meta wrote. Throws `LogError` `unavailable` for anything else. */
export function parseMeta(text: string): LogMeta {
  try {
    const { incarnation, base, compacted = 0 } = JSON.parse(text) as Partial<Record<keyof LogMeta, unknown>>;
    if (typeof incarnation === 'string') return { incarnation, base: revision(Number(base)), compacted: revision(Number(compacted)) };
  } catch {
    // Told below.
  }
  throw new LogError('unavailable', 'the stream was not made by mintmark, or by another version of it');
}
