import { type CallOptions, type Exchange, segment } from '../exchange.ts';

export interface DocumentVersion {
  readonly version: number;
  readonly author: string;
  readonly updated_at: string;
  readonly description: string;
}

/** A policy document: it applies to everybody. */
export interface PolicyDocument extends DocumentVersion {
  readonly name: string;
  readonly text: string;
  /** Of the system: it can be read, not changed. */
  readonly read_only: boolean;
}

export interface DocumentInput {
  readonly text: string;
  readonly description?: string;
}

export interface DocumentSaved {
  readonly name: string;
  readonly text: string;
  readonly warnings: readonly string[];
}

/** `/v1/policy`: documents that apply to everybody, and their kept texts. */
export class DocumentCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list(options: CallOptions = {}): Promise<readonly PolicyDocument[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/policy', ...options });
  }

  get(name: string, options: CallOptions = {}): Promise<PolicyDocument> {
    return this.#exchange.json({ method: 'GET', path: `/v1/policy/${segment(name)}`, ...options });
  }

  /** Refused with `conflict` where there is one of this name. */
  create(name: string, document: DocumentInput, options: CallOptions = {}): Promise<DocumentSaved> {
    return this.#exchange.json({ method: 'POST', path: '/v1/policy', body: { name, ...document }, ...options });
  }

  /** In force at every validator of the region when it resolves. */
  save(name: string, document: DocumentInput, options: CallOptions = {}): Promise<DocumentSaved> {
    return this.#exchange.json({ method: 'PUT', path: `/v1/policy/${segment(name)}`, body: document, ...options });
  }

  async delete(name: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/policy/${segment(name)}`, ...options });
  }

  /** The newest first. */
  versions(name: string, options: CallOptions = {}): Promise<readonly DocumentVersion[]> {
    return this.#exchange.json({ method: 'GET', path: `/v1/policy/${segment(name)}/versions`, ...options });
  }

  version(name: string, version: number, options: CallOptions = {}): Promise<DocumentVersion & { readonly name: string; readonly text: string }> {
    return this.#exchange.json({ method: 'GET', path: `/v1/policy/${segment(name)}/versions/${version}`, ...options });
  }

  /** Makes a kept text the present one. */
  restore(name: string, version: number, options: CallOptions = {}): Promise<PolicyDocument> {
    return this.#exchange.json({ method: 'POST', path: `/v1/policy/${segment(name)}/restore`, body: { version }, ...options });
  }
}
