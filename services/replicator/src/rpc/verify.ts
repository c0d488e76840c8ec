import type { replicator } from '@mintmark/contract';
import type { Comparison } from '../core/verify/comparison.ts';
import type { StatusSources } from '../status.ts';

/** Compares the region's stores and its copy now, and tells what was found. */
export async function verify({ region, verifier }: StatusSources, signal: AbortSignal): Promise<replicator.VerifyResponse> {
  const comparisons = await verifier.verify(signal);
  return { region, comparisons: comparisons.map(toWire) };
}

function toWire({ problem = '', differences, ...rest }: Comparison): replicator.Comparison {
  return { ...rest, problem, differences: differences.map((difference) => ({ ...difference })) };
}
