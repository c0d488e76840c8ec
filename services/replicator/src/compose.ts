import type { LiveEntry, Revision } from '@mintmark/domain';
import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import type { World } from '@mintmark/kit/lifecycle';
import type { Log, LogReader } from '@mintmark/log';
import { type View, ViewError } from '@mintmark/view';
import type { ReplicatorConfig } from './config.ts';
import { compactForever } from './core/compactor.ts';
import { Projector, seenBy } from './core/projector.ts';
import { Puller } from './core/puller.ts';
import { decideLost } from './core/verify/copy.ts';
import { Keeper } from './core/verify/keeper.ts';
import type { DigestPeer } from './core/verify/peer.ts';
import { Verifier } from './core/verify/verifier.ts';
import type { ReplicatorEvents } from './events.ts';
import type { StatusSources } from './status.ts';

/** What a replicator is given; it disposes of none of it. */
export interface ReplicatorPorts {
  readonly log: Log;
  readonly view: View;
  /** The authority's log; absent in the authority. */
  readonly source: LogReader | undefined;
  /** The authority's replicator; absent where `source` is, and where the copy is not compared. */
  readonly peer?: DigestPeer | undefined;
  readonly records: { readonly signer: RecordSigner; readonly verifier: RecordVerifier };
  readonly world: World;
  readonly events: ReplicatorEvents;
}

export interface Loop {
  readonly name: 'project' | 'pull' | 'mark' | 'verify';
  /** Runs until the signal aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Puts a replicator together, by hand. */
export function compose(config: ReplicatorConfig, ports: ReplicatorPorts): StatusSources {
  const { region, authority } = config;
  const projector = new Projector({ region, ...ports, ...ports.records });
  const puller = ports.source === undefined ? undefined : new Puller({ ...pullerDeps(config, ports, projector), source: ports.source });
  const keeper = new Keeper({ projector, ...ports });
  const verifier = verifierOf(config, ports, { projector, puller, keeper });
  return { region, authority, world: ports.world, projector, puller, keeper, verifier };
}

function verifierOf({ authority }: ReplicatorConfig, { log, view, source, peer, records, world, events }: ReplicatorPorts, parts: Pick<StatusSources, 'projector' | 'puller' | 'keeper'>): Verifier {
  const { projector, puller, keeper } = parts;
  const taking = { ...records, log, world, seen: () => seenBy(projector) };
  const copy = source === undefined || peer === undefined || puller === undefined ? undefined : { authority, source, peer, puller, keeper, view, taking };
  const decide = copy === undefined ? undefined : (shown: LiveEntry, signal: AbortSignal) => decideLost(copy, shown, signal);
  return new Verifier({ shown: { taking, view, keeper, decide, refused: (entry) => projector.refused(entry) }, copy, world, events });
}

/** What a replicator does by itself. */
export function loopsOf(config: ReplicatorConfig, { world, events, log }: ReplicatorPorts, { projector, puller, keeper, verifier }: StatusSources): readonly Loop[] {
  const news = puller === undefined ? never : (until: AbortSignal) => puller.news(until);
  const onCompacted = (purged: number, before: Revision): void => {
    projector.purged(before);
    events.compacted({ purged, before });
  };
  const pulling: Loop[] = puller === undefined ? [] : [{ name: 'pull', run: (signal) => puller.look(signal) }, { name: 'pull', run: (signal) => puller.run(signal) }];
  return [
    { name: 'mark', run: (signal) => compactForever({ log, world, onCompacted }, config.tombstones, signal) },
    { name: 'mark', run: (signal) => projector.heartbeat((applied) => puller?.contact(applied), news, signal) },
    ...pulling,
    { name: 'project', run: (signal) => projector.run(signal) },
    { name: 'verify', run: (signal) => keeper.run(signal) },
    { name: 'verify', run: (signal) => verifier.run(config.verify, signal) },
  ];
}

function pullerDeps(config: ReplicatorConfig, ports: ReplicatorPorts, projector: Projector) {
  const remembered = async (signal: AbortSignal) => {
    try {
      return (await ports.view.watermark({ signal })).contact;
    } catch (error) {
      if (error instanceof ViewError) return undefined;
      throw error;
    }
  };
  return { ...ports.records, authority: config.authority, log: ports.log, projector, world: ports.world, events: ports.events, remembered };
}

/** Resolves when the signal aborts. */
function never(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
