import { type issuer, statusOf } from '@mintmark/contract';
import { bidiStream } from '@mintmark/kit/rpc';
import type { IssuerContext } from '../context.ts';
import { attach } from './attach.ts';
import { carryOver } from '../core/authority/carry-over.ts';
import { handOver, promote } from '../core/authority/promotion.ts';
import { answerWord } from '../core/authority/rounds.ts';
import { bootstrapToken } from './bootstrap-token.ts';
import { deletePolicy } from './delete-policy.ts';
import { deleteRole } from './delete-role.ts';
import { deleteToken } from './delete-token.ts';
import { createOneTimeToken, exchangeOneTimeToken } from './one-time-token.ts';
import { resolveSecret } from './resolve-secret.ts';
import { methodsOf } from './method.ts';
import { restorePolicy } from './restore-policy.ts';
import { peopleMethods } from './people/index.ts';
import { revealSecret } from './reveal-secret.ts';
import { upsertPolicy } from './upsert-policy.ts';
import { upsertRole } from './upsert-role.ts';
import { upsertToken } from './upsert-token.ts';

/** The issuer's gRPC surface over its decisions. */
export function issuerServer(ctx: IssuerContext): issuer.IssuerServer {
  const method = methodsOf(ctx);
  return {
    bootstrapToken: method('BootstrapToken', (request, call) => bootstrapToken(ctx, request, call)),
    upsertToken: method('UpsertToken', (request, call) => upsertToken(ctx, request, call)),
    deleteToken: method('DeleteToken', (request, call) => deleteToken(ctx, request, call)),
    createOneTimeToken: method('CreateOneTimeToken', (_request, call) => createOneTimeToken(ctx, call)),
    exchangeOneTimeToken: method('ExchangeOneTimeToken', (request, call) => exchangeOneTimeToken(ctx, request, call)),
    upsertPolicy: method('UpsertPolicy', (request, call) => upsertPolicy(ctx, request, call)),
    deletePolicy: method('DeletePolicy', (request, call) => deletePolicy(ctx, request, call)),
    restorePolicy: method('RestorePolicy', (request, call) => restorePolicy(ctx, request, call)),
    upsertRole: method('UpsertRole', (request, call) => upsertRole(ctx, request, call)),
    deleteRole: method('DeleteRole', (request, call) => deleteRole(ctx, request, call)),
    revealSecret: method('RevealSecret', (request, call) => revealSecret(ctx, request, call)),
    resolveSecret: method('ResolveSecret', (request, call) => resolveSecret(ctx, request, call)),
    ...peopleMethods(ctx, method),
    promote: method('Promote', (request, call) => promote(ctx, request, call)),
    tellAuthority: method('TellAuthority', async ({ sealed }, call) => ({ sealed: Buffer.from(await answerWord(ctx, sealed, call.signal)) })),
    handOver: method('HandOver', async ({ sealed }, call) => ({ sealed: Buffer.from(await handOver(ctx, sealed, call.signal)) })),
    carryOver: method('CarryOver', ({ sealed }, call) => carryOver(ctx, sealed, call.signal)),
    attach: bidiStream({ toStatus: statusOf }, (call, reports) => attach(ctx, reports, call.signal)),
  };
}
