import { parseFreshness } from '@mintmark/domain';

/** What regions have acknowledged: up to which index, and when. */
export class Acks {
  readonly #of = new Map<string, { readonly index: number; readonly at: number }[]>();

  /** A write was answered with this freshness. */
  take(freshness: string, at: number): void {
    const read = parseFreshness(freshness);
    if (read === undefined) return;
    const acks = this.#of.get(read.region) ?? [];
    if (read.index > (acks.at(-1)?.index ?? 0)) acks.push({ index: read.index, at });
    this.#of.set(read.region, acks);
  }

  /** The highest index that the region has acknowledged. */
  upTo(region: string): number {
    return this.#of.get(region)?.at(-1)?.index ?? 0;
  }

  /** When an index was first covered by an acknowledgement; `undefined` while it is not. */
  when(region: string, index: number): number | undefined {
    return this.#of.get(region)?.find((ack) => ack.index >= index)?.at;
  }
}
