import { type RecordKey, keyText } from '@mintmark/domain';

/** Where a region's log lies in JetStream: the layout of a NATS key-value bucket, so that its tools can read it. */
export interface LogNames {
  readonly bucket: string;
  readonly stream: string;
  /** Subject of a record. */
  subject(key: RecordKey): string;
  /** Everything, or only global records. */
  filter(scope: 'all' | 'global' | 'local'): string;
  /** The key's text in a subject of the log. */
  keyOf(subject: string): string;
  /** What readers of other regions have to know and may read: incarnation, base and compacted mark. No record has this key. */
  readonly meta: string;
}

export function namesOf(region: string): LogNames {
  const bucket = `mintmark-${region}`;
  const prefix = `$KV.${bucket}.`;
  const filters = { all: `${prefix}>`, global: `${prefix}g.>`, local: `${prefix}l.>` };
  return {
    bucket,
    stream: `KV_${bucket}`,
    subject: (key) => prefix + keyText(key),
    filter: (scope) => filters[scope],
    keyOf: (subject) => subject.slice(prefix.length),
    meta: `${prefix}g.meta`,
  };
}

/**
 * What each user of a region's NATS server may publish and subscribe to, for deploy/nats. `inbox` is the prefix of the user's inboxes. The remote
 * reader, another region's replicator, sees global records and nothing else.
 */
export function permissionsOf(region: string, inbox: string): Readonly<Record<'issuer' | 'replicator' | 'remoteReader', { readonly publish: readonly string[]; readonly subscribe: readonly string[] }>> {
  const { stream, filter } = namesOf(region);
  const api = '$JS.API';
  const subscribe = [`${inbox}.>`];
  const owner = [`${api}.STREAM.INFO.${stream}`, `${api}.STREAM.CREATE.${stream}`, `${api}.STREAM.MSG.GET.${stream}`, `${api}.DIRECT.GET.${stream}.>`, filter('all')];
  const tail = [`${api}.CONSUMER.CREATE.${stream}.*.${filter('all')}`, `$JS.FC.${stream}.>`];
  return {
    issuer: { publish: owner, subscribe },
    replicator: { publish: [...owner, ...tail, `${api}.STREAM.MSG.DELETE.${stream}`], subscribe },
    remoteReader: {
      publish: [`${api}.CONSUMER.CREATE.${stream}.*.${filter('global')}`, `${api}.DIRECT.GET.${stream}.${filter('global')}`, `$JS.FC.${stream}.>`],
      subscribe,
    },
  };
}
