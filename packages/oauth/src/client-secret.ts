import { timingSafeEqual } from 'node:crypto';
import { type ApiClientBody, digestOf } from '@mintmark/domain';

/** Of no secret: compared with where there is no client, so that unknown clients and wrong secrets take the same time. */
const NOBODY = Buffer.alloc(32);

/** Whether a presented secret is one of the client's live ones. Every stored digest is compared, in constant time. */
export function isSecretOf(client: Pick<ApiClientBody, 'secrets'> | undefined, presented: string): boolean {
  const given = Buffer.from(digestOf(presented), 'hex');
  const stored = client?.secrets.map(({ digest }) => Buffer.from(digest, 'hex')) ?? [];
  let found = false;
  for (const digest of stored.length === 0 ? [NOBODY] : stored) found = timingSafeEqual(digest, given) || found;
  return found && client !== undefined && client.secrets.length > 0;
}
