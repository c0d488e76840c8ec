export { Access, type Question } from './access.ts';
export type { Rights } from './documents.ts';
