import type { workload } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import { methodsOf } from '../method.ts';
import { bind } from './bind.ts';
import { createJob } from './create-job.ts';
import { createService } from './create-service.ts';
import { deleteJob } from './delete-job.ts';
import { deleteService } from './delete-service.ts';
import { issueAppToken } from './issue-app-token.ts';
import { issueUserToken } from './issue-user-token.ts';
import { unbind } from './unbind.ts';
import { updateJob } from './update-job.ts';

/** The gRPC surface of jobs, services, bindings and their tokens. */
export function workloadServer(ctx: IssuerContext): workload.WorkloadServer {
  const method = methodsOf(ctx);
  return {
    createJob: method('CreateJob', (request, call) => createJob(ctx, request, call)),
    updateJob: method('UpdateJob', (request, call) => updateJob(ctx, request, call)),
    deleteJob: method('DeleteJob', (request, call) => deleteJob(ctx, request, call)),
    createService: method('CreateService', (request, call) => createService(ctx, request, call)),
    deleteService: method('DeleteService', (request, call) => deleteService(ctx, request, call)),
    bind: method('Bind', (request, call) => bind(ctx, request, call)),
    unbind: method('Unbind', (request, call) => unbind(ctx, request, call)),
    issueAppToken: method('IssueAppToken', (_request, call) => issueAppToken(ctx, call)),
    issueUserToken: method('IssueUserToken', (request, call) => issueUserToken(ctx, request, call)),
  };
}
