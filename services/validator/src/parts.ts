// What a validator is made of, for those who run one under a scheduler of their own.
export { compose, type Composed, type ComposePorts, loopsOf, type ValidatorPeers } from './compose.ts';
export type { ValidatorContext } from './context.ts';
export type { IssuerCall } from './core/types.ts';
export { validatorService } from './rpc/index.ts';
export { listTokens } from './http/acl/routes/list-tokens.ts';
export { type AclServices, composeAcl } from './http/acl/services.ts';
