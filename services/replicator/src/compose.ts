import { lastActive, type LiveEntry, type Revision } from '@mintmark/domain';
import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import type { World } from '@mintmark/kit/lifecycle';
import type { Log, LogReader } from '@mintmark/log';
import { type Contact, type View, ViewError } from '@mintmark/view';
import type { ReplicatorConfig } from './config.ts';
import { compactForever } from './core/compactor.ts';
import { Projector } from './core/projector.ts';
import { Puller } from './core/puller.ts';
import { type CopyDeps, decideLost } from './core/verify/copy.ts';
import { Keeper } from './core/verify/keeper.ts';
import type { DigestPeer } from './core/verify/peer.ts';
import { Verifier } from './core/verify/verifier.ts';
import type { ReplicatorEvents } from './events.ts';
import type { StatusSources } from './status.ts';

/** What a replicator is given; it disposes of none of it. */
export interface ReplicatorPorts {
  readonly log: Log;
  readonly view: View;
  /** Another region's log; `undefined` for one that is not known here. */
  readonly sourceOf: (region: string) => LogReader | undefined;
  /** Another region's replicator; `undefined` where the copy is not compared with it. */
  readonly peerOf?: (region: string) => DigestPeer | undefined;
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
  const { region } = config;
  const keeper = new Keeper(ports);
  const projector = new Projector({ region, ...ports, ...ports.records, keeper });
  const puller = new Puller(pullerDeps(config, ports, { projector, keeper }));
  const verifier = verifierOf(ports, { projector, puller, keeper });
  return { region, world: ports.world, projector, puller, keeper, verifier };
}

function verifierOf({ view, sourceOf, peerOf, world, events }: ReplicatorPorts, parts: Pick<StatusSources, 'projector' | 'puller' | 'keeper'>): Verifier {
  const { projector, puller, keeper } = parts;
  const copy = (): CopyDeps | undefined => {
    const { authority, taking } = puller;
    const followed = lastActive(authority);
    const [source, peer] = followed === taking.region ? [] : [sourceOf(followed), peerOf?.(followed)];
    return source === undefined || peer === undefined ? undefined : { authority, source, peer, puller, keeper, view, taking };
  };
  const decide = (shown: LiveEntry, signal: AbortSignal) => {
    const deps = copy();
    return deps === undefined ? Promise.resolve('say_again' as const) : decideLost(deps, shown, signal);
  };
  return new Verifier({ shown: { taking: puller.taking, view, keeper, decide, refused: (entry) => projector.refused(entry) }, copy, world, events });
}

/** What a replicator does by itself. */
export function loopsOf(config: ReplicatorConfig, { world, events, log }: ReplicatorPorts, { projector, puller, keeper, verifier }: StatusSources): readonly Loop[] {
  const news = (until: AbortSignal) => puller.news(until);
  const onCompacted = (purged: number, before: Revision): void => {
    projector.purged(before);
    events.compacted({ purged, before });
  };
  const pulling: Loop[] = [{ name: 'pull', run: (signal) => puller.look(signal) }, { name: 'pull', run: (signal) => puller.run(signal) }];
  return [
    { name: 'mark', run: (signal) => compactForever({ log, world, written: () => keeper.written, onCompacted }, config.tombstones, signal) },
    { name: 'mark', run: (signal) => projector.heartbeat((applied) => puller.contact(applied), news, signal) },
    ...pulling,
    { name: 'project', run: (signal) => projector.run(signal) },
    { name: 'verify', run: (signal) => keepWhenReady(projector, keeper, signal) },
    { name: 'verify', run: (signal) => verifier.run(config.verify, signal) },
  ];
}

/** What serves readers comes first. */
async function keepWhenReady(projector: Projector, keeper: Keeper, signal: AbortSignal): Promise<void> {
  await projector.until(({ ready }) => ready, signal).catch(() => undefined);
  await keeper.run(signal);
}

function pullerDeps(config: ReplicatorConfig, ports: ReplicatorPorts, { projector, keeper }: { readonly projector: Projector; readonly keeper: Keeper }) {
  const remembered = async (signal: AbortSignal) => {
    try {
      return (await ports.view.watermark({ signal })).contact;
    } catch (error) {
      if (error instanceof ViewError) return undefined;
      throw error;
    }
  };
  const remember = async (contact: Contact, signal: AbortSignal) => {
    const { epoch } = projector.state;
    if (epoch !== undefined) await ports.view.mark({ epoch, contact }, { signal });
  };
  return { ...ports.records, region: config.region, authority: config.authority, sourceOf: ports.sourceOf, remember, log: ports.log, view: ports.view, projector, keeper, world: ports.world, events: ports.events, remembered };
}
