import type { SimNode } from '../kernel/node.ts';

interface Trouble {
  readonly node: SimNode;
  readonly from: number;
  until: number;
}

/** Which machines had something wrong with them or their links, and when. */
export class Troubles {
  readonly #all: Trouble[] = [];

  begin(nodes: readonly SimNode[], from: number): { end(at: number): void } {
    const begun = nodes.map((node): Trouble => ({ node, from, until: Number.POSITIVE_INFINITY }));
    this.#all.push(...begun);
    return {
      end(at) {
        for (const trouble of begun) trouble.until = at;
      },
    };
  }

  /** Whether any of the machines was in trouble at some time since then. */
  any(nodes: readonly SimNode[], since: number): boolean {
    return this.#all.some(({ node, until }) => until >= since && nodes.includes(node));
  }

  /** Whether anything at all was wrong since then. */
  anywhere(since: number): boolean {
    return this.#all.some(({ until }) => until >= since);
  }
}
