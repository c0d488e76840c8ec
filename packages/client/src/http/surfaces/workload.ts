import { type CallOptions, type Exchange, segment } from '../exchange.ts';
import type { AccessToken } from './oauth.ts';

/** Full names are `type::/namespace::local`. */
export interface Job {
  readonly uuid: string;
  readonly fqn: string;
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  readonly state: string;
  readonly num_instances: number;
  /** By name. */
  readonly bindings: Readonly<Record<string, { readonly uuid: string; readonly service_fqn: string }>>;
  readonly packages: readonly { readonly fqn: string }[];
  readonly tags: Readonly<Record<string, string>>;
  readonly docker_image: string;
  /** Of a pipeline: id of the job that it is beside. */
  readonly pipeline_of: string;
  /** A user, or the full name of a job. */
  readonly created_by: string;
  /** Unix seconds. */
  readonly created_at: number;
  readonly version_id: string;
}

export interface JobInput {
  readonly fqn: string;
  readonly state?: string;
  readonly num_instances?: number;
  readonly packages?: readonly (string | { readonly fqn: string })[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly start?: boolean;
  /** Binds it to the outside, too. */
  readonly allow_egress?: boolean;
}

export interface JobFilter {
  /** Ids, with commas between them. */
  readonly ids?: string;
  readonly name?: string;
  readonly fqn?: string;
  /** `fqn` is a part of the name. */
  readonly matchPartialFQN?: boolean;
  /** A tag, or `tag:value`. */
  readonly tag?: string;
  readonly package_id?: string;
  readonly BindingFQN?: string;
  readonly ProviderFQN?: string;
  readonly ServiceFQN?: string;
  /** Jobs a page; absent: all on one. */
  readonly count?: number;
  /** From 1. */
  readonly page?: number;
}

export interface Service {
  readonly uuid: string;
  readonly fqn: string;
  readonly name: string;
  readonly provider_fqn: string;
  readonly type: string;
  readonly description: string;
  readonly created_by: string;
  /** Unix seconds. */
  readonly created_at: number;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ServiceInput {
  readonly fqn: string;
  readonly type?: string;
  readonly provider_fqn?: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Binding {
  readonly uuid: string;
  readonly name: string;
  readonly fqn: string;
  readonly job_fqn: string;
  readonly service_fqn: string;
  readonly provider_fqn: string;
  readonly env_var: readonly string[];
  /** Of the pipeline, for the HTTP service; else empty. */
  readonly pipeline_job_uuid: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly created_by: string;
  /** Unix seconds. */
  readonly created_at: number;
}

export interface BindingInput {
  readonly job_fqn: string;
  readonly service_fqn: string;
  readonly name?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Package {
  readonly uuid: string;
  readonly fqn: string;
  readonly state: string;
  readonly provides: readonly string[];
}

/** `workload`: jobs, as records. Lists have what the caller may read. */
export class JobCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list(filter: JobFilter = {}, options: CallOptions = {}): Promise<readonly Job[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/jobs', query: { ...filter }, ...options });
  }

  get(uuid: string, options: CallOptions = {}): Promise<Job> {
    return this.#exchange.json({ method: 'GET', path: `/v1/jobs/${segment(uuid)}`, ...options });
  }

  create(job: JobInput, options: CallOptions = {}): Promise<Job> {
    return this.#exchange.json({ method: 'POST', path: '/v1/jobs', body: job, ...options });
  }

  /** From an image that `docker.allow` permits. */
  createFromImage(
    image: { readonly image_url: string; readonly job_fqn: string; readonly start?: boolean; readonly allow_egress?: boolean },
    options: CallOptions = {},
  ): Promise<{ readonly location: string; readonly job_uuid: string }> {
    return this.#exchange.json({ method: 'POST', path: '/v1/jobs/docker', body: image, ...options });
  }

  /** How making it from an image has gone. */
  task(uuid: string, options: CallOptions = {}): Promise<{ readonly uuid: string; readonly state: string; readonly job_uuid: string; readonly job_fqn: string }> {
    return this.#exchange.json({ method: 'GET', path: `/v1/tasks/${segment(uuid)}`, ...options });
  }

  /** Changes what is given. */
  update(uuid: string, job: Pick<JobInput, 'state' | 'num_instances' | 'tags'>, options: CallOptions = {}): Promise<Job> {
    return this.#exchange.json({ method: 'PUT', path: `/v1/jobs/${segment(uuid)}`, body: job, ...options });
  }

  /** Ends its bindings and its tokens too. */
  async delete(uuid: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/jobs/${segment(uuid)}`, ...options });
  }
}

/** Services, and the bindings of jobs to them. */
export class ServiceCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list(options: CallOptions = {}): Promise<readonly Service[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/services', ...options });
  }

  get(uuid: string, options: CallOptions = {}): Promise<Service> {
    return this.#exchange.json({ method: 'GET', path: `/v1/services/${segment(uuid)}`, ...options });
  }

  create(service: ServiceInput, options: CallOptions = {}): Promise<Service> {
    return this.#exchange.json({ method: 'POST', path: '/v1/services', body: service, ...options });
  }

  async delete(uuid: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/services/${segment(uuid)}`, ...options });
  }

  bindings(options: CallOptions = {}): Promise<readonly Binding[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/bindings', ...options });
  }

  binding(uuid: string, options: CallOptions = {}): Promise<Binding> {
    return this.#exchange.json({ method: 'GET', path: `/v1/bindings/${segment(uuid)}`, ...options });
  }

  /** With the HTTP service `credential`, which is shown this once, is what the job's pipeline presents. */
  bind(binding: BindingInput, options: CallOptions = {}): Promise<Binding & { readonly credential?: string }> {
    return this.#exchange.json({ method: 'POST', path: '/v1/bindings', body: binding, ...options });
  }

  /** Full names. Without a name of the binding: the only one between the two. */
  async unbind(binding: { readonly job: string; readonly service: string; readonly name?: string }, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'POST', path: '/v1/unbind', body: binding, ...options });
  }
}

/** What a cluster says of itself, and the tokens that it gives to users and jobs. */
export class ClusterCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** A user's token, for name and password, where policy issues one. */
  userToken(user: { readonly username: string; readonly password: string }, options: CallOptions = {}): Promise<AccessToken> {
    return this.#exchange.json({ method: 'POST', path: '/v1/oauth2/token', body: user, ...options });
  }

  /** A job's token, where policy issues one. The caller's `workload` credential is that of a binding. */
  appToken(options: CallOptions = {}): Promise<AccessToken> {
    return this.#exchange.json({ method: 'POST', path: '/v1/oauth2/apptoken', ...options });
  }

  packages(options: CallOptions = {}): Promise<readonly Package[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/packages', ...options });
  }

  package(uuid: string, options: CallOptions = {}): Promise<Package> {
    return this.#exchange.json({ method: 'GET', path: `/v1/packages/${segment(uuid)}`, ...options });
  }

  /** The namespace that the caller works in. */
  async namespace(options: CallOptions = {}): Promise<string> {
    const { namespace } = await this.#exchange.json<{ readonly namespace: string }>({ method: 'GET', path: '/v1/namespace/default', ...options });
    return namespace;
  }

  info(options: CallOptions = {}): Promise<{ readonly name: string; readonly url: string; readonly cluster_domain: string }> {
    return this.#exchange.json({ method: 'GET', path: '/v1/info', ...options });
  }

  version(options: CallOptions = {}): Promise<{ readonly build_number: string }> {
    return this.#exchange.json({ method: 'GET', path: '/v1/version', ...options });
  }
}
