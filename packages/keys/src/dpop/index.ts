export {
  createProofVerifier,
  PROOF_ALGORITHMS,
  PROOF_WINDOW,
  type ProofOptions,
  type ProofReason,
  type ProofResult,
  type ProofVerifier,
  type ProvedRequest,
} from './proof.ts';
