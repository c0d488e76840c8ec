import { Map as Persistent } from 'immutable';
import type { CompiledDocument } from './rule.ts';
import { type Bucket, bucketsFor, changed, type Node, type Target } from './tree.ts';

/**
 * Documents that are in force together, indexed by realm: a decision costs what the rules cost that could apply to the resource and the subject, whatever
 * else is in the set. Immutable; `with` and `without` cost as much as the document that comes or goes and share the rest.
 */
export class PolicySet {
  static readonly empty = new PolicySet(Persistent(), Persistent());

  readonly #documents: Persistent<string, CompiledDocument>;
  /** By resource type. */
  readonly #roots: Persistent<string, Node>;

  private constructor(documents: Persistent<string, CompiledDocument>, roots: Persistent<string, Node>) {
    this.#documents = documents;
    this.#roots = roots;
  }

  /** Of two documents of one name the later counts. */
  static of(documents: Iterable<CompiledDocument>): PolicySet {
    let set = PolicySet.empty;
    for (const document of documents) set = set.with(document);
    return set;
  }

  get size(): number {
    return this.#documents.size;
  }

  get(name: string): CompiledDocument | undefined {
    return this.#documents.get(name);
  }

  /** The set with this document in the place of the one of its name, if there is one. */
  with(document: CompiledDocument): PolicySet {
    if (this.#documents.get(document.name) === document) return this;
    const others = this.without(document.name);
    return new PolicySet(others.#documents.set(document.name, document), applied(others.#roots, document, 'add'));
  }

  without(name: string): PolicySet {
    const document = this.#documents.get(name);
    return document === undefined ? this : new PolicySet(this.#documents.delete(name), applied(this.#roots, document, 'remove'));
  }

  /** For the evaluator: the rules whose realms hold the whole target. */
  bucketsFor(target: Target, into: Bucket[]): void {
    bucketsFor(this.#roots.get(target.type), target, into);
    bucketsFor(this.#roots.get('*'), target, into);
  }
}

function applied(roots: Persistent<string, Node>, document: CompiledDocument, how: 'add' | 'remove'): Persistent<string, Node> {
  return roots.withMutations((next) => {
    for (const placed of document.placements) {
      const { type } = placed;
      const root = changed(next.get(type), placed, how);
      if (root === undefined) next.delete(type);
      else next.set(type, root);
    }
  });
}
