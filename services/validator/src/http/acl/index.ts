export type { AclDeps } from './deps.ts';
export { registerAcl } from './register.ts';
