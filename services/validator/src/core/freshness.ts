import { formatFreshness } from '@mintmark/domain';
import type { Watermark } from '@mintmark/view';

/** The freshness of what was read at `watermark`: text. */
export function freshnessOf({ source, revision }: Pick<Watermark, 'source' | 'revision'>): string {
  return formatFreshness({ ...source, index: revision });
}
