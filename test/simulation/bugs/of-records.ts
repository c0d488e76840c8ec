import type { Sabotage } from '../cluster.ts';

/** Validators take for true whatever their view holds. */
export const anythingBelieved: Sabotage = {
  verifier: (verifier, role) => (role === 'validator' ? { judge: async () => undefined } : verifier),
};

/** An issuer signs nothing. */
export const nothingSigned: Sabotage = {
  signer: (signer, role) => (role === 'issuer' ? { ...signer, sign: (record) => record } : signer),
};

/** An issuer signs each state of a record as if it were the first, at a time that stands still. */
export const stampsStandStill: Sabotage = {
  signer: (signer, role) => (role === 'issuer' ? { ...signer, sign: (record) => signer.sign(record, undefined, 0) } : signer),
};
