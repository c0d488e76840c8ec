import { fileURLToPath } from 'node:url';

/** Folder of the `.proto` files, for gRPC reflection. */
export const PROTO_ROOT = fileURLToPath(new URL('../../../proto', import.meta.url));
