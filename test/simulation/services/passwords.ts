import { createHash } from 'node:crypto';
import type { Passwords } from '@mintmark/issuer/parts';

const digest = (password: string): string => `simulated$${createHash('sha256').update(password).digest('hex')}`;

/** Passwords that are hashed at once: Argon2id works on threads, and how long it takes is not what a simulation is about. */
export function simulatedPasswords(): Passwords {
  return {
    hasher: {
      hash: async (password) => ({ ok: true, hash: digest(password) }),
      verify: async (password, stored) => ({ ok: true, matches: stored === digest(password), rehash: false }),
      waiting: 0,
    },
    rules: async () => ({ check: () => undefined }),
  };
}
