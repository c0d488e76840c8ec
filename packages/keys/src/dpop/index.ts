export {
  createProofVerifier,
  PROOF_ALGORITHMS,
  type ProofOptions,
  type ProofReason,
  type ProofResult,
  type ProofVerifier,
  type ProvedRequest,
} from './proof.ts';
