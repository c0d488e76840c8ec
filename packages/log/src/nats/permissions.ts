import { namesOf } from './names.ts';

/** What a user of a NATS server may publish and subscribe to; everything else is denied. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The users of a region's NATS server. */
export type NatsUser =
  /** The region's issuer. */
  | 'issuer'
  /** The region's own replicator. */
  | 'replicator'
  /** Another region's replicator: sees global records, and nothing else; writes nothing. */
  | 'remoteReader';

/**
 * The least that each user of a region's NATS server needs. `inbox` is the prefix of its inboxes (`inboxPrefix` of the options), one of its own
 * for each user. Outside the authority the issuer writes local records only, and the replicator is the only one to write global ones (P5, P10).
 * Only the replicator may make the stream and say what it is; an issuer that starts first waits for it.
 */
export function permissionsOf(region: string, user: NatsUser, { inbox, authority }: { readonly inbox: string; readonly authority: boolean }): NatsPermissions {
  const { stream, filter, about, mark } = namesOf(region);
  const api = '$JS.API';
  const look = [`${api}.STREAM.INFO.${stream}`, `${api}.DIRECT.GET.${stream}.${filter('all')}`, `${api}.STREAM.MSG.GET.${stream}`];
  const own = [`${api}.STREAM.CREATE.${stream}`, about, mark, `${api}.STREAM.MSG.DELETE.${stream}`];
  const tail = (of: 'all' | 'global'): string[] => [`${api}.CONSUMER.CREATE.${stream}.*.${filter(of)}`, `$JS.FC.${stream}.>`];
  const publish: Readonly<Record<NatsUser, readonly string[]>> = {
    issuer: [...look, filter(authority ? 'all' : 'local')],
    replicator: [...look, ...own, ...tail('all'), ...(authority ? [] : [filter('all')])],
    remoteReader: [`${api}.DIRECT.GET.${stream}.${filter('global')}`, ...tail('global')],
  };
  return { publish: publish[user], subscribe: [`${inbox}.>`] };
}
