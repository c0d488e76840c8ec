import type { SecretAtRest } from '../secret.ts';
import type { JobState } from './job.ts';

/** A job: a record alone, nothing is run. Record id: a UUID. */
export interface JobBody {
  /** Unique. */
  readonly fqn: string;
  readonly state: JobState;
  readonly numInstances: number;
  /** Full names of packages. */
  readonly packages: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Address of the Docker image that it was made from; empty for none. */
  readonly image: string;
  /** Full name of the job whose pipeline it is; empty for none. */
  readonly pipelineOf: string;
  /** Name of the user or full name of the job that made it, or `token:<AccessorID>`. */
  readonly createdBy: string;
  readonly createTime: string;
}

/** A service. Record id: a UUID. */
export interface ServiceBody {
  /** Unique. */
  readonly fqn: string;
  /** Full name; empty for none. */
  readonly providerFqn: string;
  readonly type: string;
  readonly description: string;
  /** JSON object. */
  readonly parameters: string;
  /** As in `JobBody`; `system` for those that every cluster has. */
  readonly createdBy: string;
  readonly createTime: string;
}

/** That a job uses a service. Record id: that of its job, a dot, and a UUID. */
export interface BindingBody {
  /** Of the credential by which a pipeline gets the job's tokens; `null` where none was given out. */
  readonly secret: SecretAtRest | null;
  /** Unique in its job. */
  readonly name: string;
  /** Full name of the job. */
  readonly job: string;
  /** Full name of the service. */
  readonly service: string;
  /** Full name of the service's provider; empty for none. */
  readonly provider: string;
  /** JSON object. */
  readonly parameters: string;
  /** Id of the pipeline job; empty for none. */
  readonly pipelineId: string;
  readonly createdBy: string;
  readonly createTime: string;
}
