import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { signedContent } from '@mintmark/contract';
import type { LiveRecord } from '@mintmark/domain';
import { createRecordSigner, createRecordVerifier, GoodSignatures, recordKey, recordPublicKey, trustedKey } from '@mintmark/keys/records';
import { interleaved } from '../measure/paired.ts';
import type { Run } from '../run.ts';
import { rateRow, type Row } from '../table.ts';
import { tokenOf } from '../tokens.ts';
import { loop } from './keys.ts';

const AT_ONCE = 16;
const REGION = 'us-east';

/** What a signature costs a record: made at a write, verified once by whoever reads it, and known again after that, each beside bare Ed25519 and SHA-256 over the same bytes. */
export async function recordsRows({ rounds }: Run): Promise<readonly Row[]> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const signer = createRecordSigner(recordKey(seed));
  const keys = [trustedKey(REGION, 'issuer', recordPublicKey(seed))];
  const record = signer.sign(tokenOf(1, 'global'), undefined, 1);
  const { signature } = record;
  if (signature === undefined) throw new Error('the record is not signed');
  const content = signedContent({ ...record, signature });
  const value = Buffer.from(signature.value, 'base64');
  const bareVerify = promisify(verify);
  const judge = (remembered: number) => {
    const verifier = createRecordVerifier({ region: REGION, keys, good: new GoodSignatures(remembered) });
    return async (judged: LiveRecord<'token'>): Promise<void> => {
      if ((await verifier.judge(judged)) !== undefined) throw new Error('the record is refused');
    };
  };
  // A memory for one is taken by the other each time.
  const [first, again, other] = [judge(1), judge(10), signer.sign(tokenOf(2, 'global'), undefined, 1)];
  let turn = 0;
  const inTurn = (): LiveRecord<'token'> => {
    turn += 1;
    return turn % 2 === 0 ? record : other;
  };
  const rates = await interleaved(
    {
      sign: loop(AT_ONCE, async () => signer.sign(record, record, 1)),
      bareSign: loop(AT_ONCE, async () => sign(null, content, privateKey)),
      first: loop(1, () => first(inTurn())),
      bareFirst: loop(1, () => bareVerify(null, content, publicKey, value)),
      again: loop(AT_ONCE, () => again(record)),
      bareAgain: loop(AT_ONCE, async () => createHash('sha256').update(content).digest('base64')),
    },
    rounds,
  );
  return [
    rateRow('sign a record after the one before it, vs bare Ed25519', rates.sign, rates.bareSign, '/s'),
    rateRow('judge a record, first time, one at a time, vs bare Ed25519 on a thread', rates.first, rates.bareFirst, '/s'),
    rateRow('judge it again, vs the SHA-256 of what is signed', rates.again, rates.bareAgain, '/s'),
  ];
}
