export { registerAcl } from './register.ts';
