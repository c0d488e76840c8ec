import { namesOf } from './names.ts';

/** What a user of a NATS server may publish and subscribe to; everything else is denied. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** `remoteReader` is another region's replicator: it sees global records and nothing else, and writes nothing. */
export type NatsUser = 'issuer' | 'replicator' | 'remoteReader';

/**
 * The least that each user of a region's NATS server needs, also when the region becomes the authority. `inbox` is the prefix of the user's inboxes, its `inboxPrefix`; each user has one of its
 * own. The replicator writes the authority's records in other regions, and in each the whole log again where it was lost (P1).
 */
export function permissionsOf(region: string, inbox: string): Readonly<Record<NatsUser, NatsPermissions>> {
  const { stream, about, of } = namesOf(region);
  const { filter, mark } = of('*');
  const api = '$JS.API';
  const subscribe = [`${inbox}.>`];
  const make = [`${api}.STREAM.CREATE.${stream}`, about];
  const look = [`${api}.STREAM.INFO.${stream}`, `${api}.DIRECT.GET.${stream}.${about}`, `${api}.DIRECT.GET.${stream}.${filter('all')}`, `${api}.STREAM.MSG.GET.${stream}`];
  const purge = [mark, `${api}.STREAM.MSG.DELETE.${stream}`];
  const rewrite = [`${api}.STREAM.DELETE.${stream}`, filter('all')];
  const tail = (of: 'all' | 'global'): string[] => [`${api}.CONSUMER.CREATE.${stream}.*.${filter(of)}`, `$JS.FC.${stream}.>`];
  return {
    issuer: { publish: [...make, ...look, filter('all')], subscribe },
    replicator: { publish: [...make, ...look, ...purge, ...tail('all'), ...rewrite], subscribe },
    remoteReader: { publish: [`${api}.DIRECT.GET.${stream}.${about}`, `${api}.DIRECT.GET.${stream}.${filter('global')}`, ...tail('global')], subscribe },
  };
}
