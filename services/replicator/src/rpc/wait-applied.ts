import type { replicator } from '@mintmark/contract';
import { type Freshness, formatFreshness, NO_REVISION, parseFreshness, Refusal } from '@mintmark/domain';
import type { StatusSources } from '../status.ts';

/** Waits until the region's view covers a freshness of the region itself or of the authority. */
export async function waitApplied(
  sources: StatusSources,
  request: replicator.WaitAppliedRequest,
  signal: AbortSignal,
): Promise<replicator.WaitAppliedResponse> {
  const wanted = parseFreshness(request.freshness);
  if (wanted === undefined) throw new Refusal('invalid_argument', 'freshness must be region:incarnation:index');
  const covered = wanted.region === sources.region ? own(sources) : ofAuthority(sources, wanted);
  if (wanted.incarnation !== covered().incarnation) {
    throw new Refusal('stale', `${wanted.region} is at incarnation ${covered().incarnation}, not ${wanted.incarnation}`, { retryAfterMs: 1000 });
  }
  try {
    await sources.projector.until(() => covered().index >= wanted.index, signal);
  } catch (error) {
    const { index } = covered();
    throw new Refusal('stale', `the view covers ${wanted.region} up to ${index}, not yet ${wanted.index}`, { retryAfterMs: 1000, cause: error });
  }
  return { freshness: formatFreshness(covered()) };
}

function own(sources: StatusSources): () => Freshness {
  return () => ({ region: sources.region, incarnation: sources.projector.state.incarnation ?? '', index: sources.projector.state.applied });
}

function ofAuthority(sources: StatusSources, wanted: Freshness): () => Freshness {
  const { puller, projector } = sources;
  const authority = puller.authority.region;
  if (sources.region === authority || wanted.region !== authority) {
    throw new Refusal('invalid_argument', `freshness of ${wanted.region} means nothing here: only ${sources.region} and ${authority} do`);
  }
  return () => {
    const shown = puller.shown(projector.state.applied);
    return { region: authority, incarnation: shown?.incarnation ?? '', index: shown?.covered ?? NO_REVISION };
  };
}
