import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import { background } from '@mintmark/kit/lifecycle';
import type { Log, LogReader } from '@mintmark/log';
import type { ReplicatorConfig, ReplicatorEvents } from '@mintmark/replicator';
import { compose, type DigestPeer, digestOf, loopsOf, rangesOf, type StatusSources } from '@mintmark/replicator/parts';
import { parseKey, Refusal } from '@mintmark/domain';
import type { View } from '@mintmark/view';
import { atOnce, exchange, Lost, Refused } from '../kernel/exchange.ts';
import type { Network } from '../kernel/network.ts';
import type { SimNode, SimProcess } from '../kernel/node.ts';
import { deafTo, isExpected, type OnDefect, type OnRefused } from './defects.ts';

const ANSWER_WITHIN_MS = 3_000;
/** How often stores, and copies, are compared. */
export const VERIFY_MS = 4_000;

/** A replicator's machine, as others find it. */
export interface ReplicatorPlace {
  readonly network: Network;
  readonly node: SimNode;
  readonly sources: (process: SimProcess) => StatusSources | undefined;
}

export interface ReplicatorNeeds {
  readonly log: Log;
  readonly view: View;
  readonly sourceOf: (region: string) => LogReader | undefined;
  /** Every region's replicator. */
  readonly places: ReadonlyMap<string, ReplicatorPlace>;
  readonly authority: string;
  readonly records: { readonly signer: RecordSigner; readonly verifier: RecordVerifier };
  readonly onDefect: OnDefect;
  /** Hears of each record that nobody may believe (P10). */
  readonly onRefused: OnRefused;
}

/** Starts a region's replicator as a process. */
export function runReplicator(process: SimProcess, { log, view, sourceOf, places, authority, records, onDefect, onRefused }: ReplicatorNeeds): StatusSources {
  const { world, node } = process;
  const config: ReplicatorConfig = {
    region: node.region,
    authority,
    rpc: { host: '', port: 0, tls: 'insecure' },
    tombstones: { keepMs: 9_000, everyMs: 3_000 },
    verify: { everyMs: VERIFY_MS, storesEveryMs: VERIFY_MS },
  };
  const interrupted: ReplicatorEvents['interrupted'] = ({ loop, error }) => {
    if (!isExpected(error)) onDefect(`${node.name} ${loop}`, error);
  };
  const setAside: ReplicatorEvents['setAside'] = ({ why, key, problem }) => {
    const record = parseKey(key);
    if (why === 'refused' && record !== undefined) onRefused(`${record.kind}/${record.id}`, problem);
  };
  const peers = new Map([...places].map(([region, place]) => [region, peerOf(process, place)]));
  const ports = { log, view, sourceOf, peerOf: (region: string) => peers.get(region), records, world, events: deafTo<ReplicatorEvents>({ interrupted, setAside }) };
  const sources = compose(config, ports);
  for (const { name, run } of loopsOf(config, ports, sources)) process.runs(background(name, run, { world, onFailure: ({ error }) => interrupted({ loop: name, error }) }));
  return sources;
}

/** The authority's replicator, as another region's asks it. */
function peerOf(from: SimProcess, { network, node, sources }: ReplicatorPlace): DigestPeer {
  const kept = () => {
    const there = node.process === undefined ? undefined : sources(node.process);
    return there?.keeper.kept;
  };
  const ask = async <T>(label: string, work: () => T, signal: AbortSignal): Promise<T> => {
    try {
      return await exchange(network, from, node, atOnce(work), { label, signal, timeoutMs: ANSWER_WITHIN_MS });
    } catch (error) {
      if (error instanceof Lost || error instanceof Refused) throw new Refusal('unavailable', 'the authority cannot be reached', { cause: error });
      throw error;
    }
  };
  return {
    digest: (request, { signal }) => ask('digest', () => digestOf(kept(), request), signal),
    range: (request, { signal }) => ask('range', () => rangesOf(kept(), request), signal),
  };
}
