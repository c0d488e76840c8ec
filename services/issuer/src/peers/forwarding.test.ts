import { personCredential } from '@mintmark/contract';
import { PeerBusy } from '@mintmark/kit/overload';
import { expect, test } from 'vitest';
import type { ForwardedCall } from '../core/authority/peer.ts';
import { authorityGates, forwarding } from './forwarding.ts';

function call(credential?: string): ForwardedCall {
  return { credential, requestId: 'r', signal: new AbortController().signal, deadline: Date.now() + 10_000 };
}

test('calls that wait for a password hold up each other, and neither reads nor writes of those who show none', () => {
  const options = forwarding('eu-west', authorityGates('us-east', 1, { monotonic: () => 0 }));
  const basic = call(personCredential({ kind: 'basic', username: 'ann', password: 'wrong' }));
  using _held = options(basic, 'read')?.gate?.enter();
  for (const [effect, gate] of [['read', undefined], ['write', undefined], ['write', 'login']] as const) {
    expect(() => options(gate === undefined ? basic : call(), effect, gate)?.gate?.enter()).toThrow(PeerBusy);
  }
  for (const other of [call(), call('a-secret'), call(personCredential({ kind: 'session', token: 't' }))]) {
    for (const effect of ['read', 'write'] as const) {
      using passage = options(other, effect)?.gate?.enter();
      expect(passage).toBeDefined();
    }
  }
});
