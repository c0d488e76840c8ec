import type { SigningKeyBody } from '@mintmark/domain';
import type { GoneKey, PublicJwk, SigningKey, SigningKeyFacts } from './key.ts';

/** Id of the key's record. */
export function signingKeyId({ region, sequence }: Pick<SigningKeyFacts, 'region' | 'sequence'>): string {
  return `${region}.${sequence}`;
}

/** The key as its record says it. Throws a `SyntaxError` where the public half is no JSON. */
export function signingKeyOf(body: SigningKeyBody): SigningKey {
  const { kid, region, sequence, algorithm, createdAt, maxTokenLifetimeMs, activeFrom, retiredAt, goneAt } = body;
  const facts: SigningKeyFacts = { kid, region, sequence, algorithm, publicJwk: JSON.parse(body.publicJwk) as PublicJwk, createdAt, maxTokenLifetimeMs };
  switch (body.state) {
    case 'planned':
      return { ...facts, state: 'planned' };
    case 'active':
      return { ...facts, state: 'active', activeFrom };
    case 'retiring':
      return { ...facts, state: 'retiring', activeFrom, retiredAt, goneAt };
    case 'gone':
      return { ...facts, state: 'gone', goneAt, cause: body.withdrawn ? 'withdrawn' : 'expired' };
  }
}

/** The key as its record is to say it. */
export function signingKeyBody(key: SigningKey): SigningKeyBody {
  const { kid, region, sequence, algorithm, publicJwk, createdAt, maxTokenLifetimeMs, state } = key;
  return {
    ...{ kid, region, sequence, algorithm, publicJwk: JSON.stringify(publicJwk), createdAt, maxTokenLifetimeMs, state },
    activeFrom: 'activeFrom' in key ? key.activeFrom : 0,
    retiredAt: key.state === 'retiring' ? key.retiredAt : 0,
    goneAt: 'goneAt' in key ? key.goneAt : 0,
    withdrawn: key.state === 'gone' && isWithdrawn(key),
  };
}

function isWithdrawn({ cause }: GoneKey): boolean {
  return cause === 'withdrawn';
}
