export { mintSecret, type ParsedSecret, parseSecret, type SecretHint } from './secret.ts';
