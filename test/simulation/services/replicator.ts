import { background } from '@mintmark/kit/lifecycle';
import type { Log, LogReader } from '@mintmark/log';
import type { ReplicatorConfig, ReplicatorEvents } from '@mintmark/replicator';
import { compose, loopsOf, type StatusSources } from '@mintmark/replicator/parts';
import type { View } from '@mintmark/view';
import type { SimProcess } from '../kernel/node.ts';
import { deafTo, isExpected, type OnDefect } from './defects.ts';

export interface ReplicatorNeeds {
  readonly log: Log;
  readonly view: View;
  /** The authority's log; absent there. */
  readonly source: LogReader | undefined;
  readonly authority: string;
  readonly onDefect: OnDefect;
}

/** Starts a region's replicator as a process. */
export function runReplicator(process: SimProcess, { log, view, source, authority, onDefect }: ReplicatorNeeds): StatusSources {
  const { world, node } = process;
  const config: ReplicatorConfig = { region: node.region, authority, rpc: { host: '', port: 0, tls: 'insecure' }, tombstones: { keepMs: 9_000, everyMs: 3_000 } };
  const interrupted: ReplicatorEvents['interrupted'] = ({ loop, error }) => {
    if (!isExpected(error)) onDefect(`${node.name} ${loop}`, error);
  };
  const ports = { log, view, source, world, events: deafTo<ReplicatorEvents>({ interrupted }) };
  const sources = compose(config, ports);
  for (const { name, run } of loopsOf(config, ports, sources)) process.runs(background(name, run, { world, onFailure: ({ error }) => interrupted({ loop: name, error }) }));
  return sources;
}
