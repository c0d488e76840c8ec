import { credentials as channel } from '@grpc/grpc-js';
import { validator as proto } from '@mintmark/contract';

/** What a region says of a credential over gRPC. Rejects with the region's refusal. */
export function grpcVerdict(address: string, credential: proto.Credential): Promise<proto.Verdict> {
  const client = new proto.ValidatorClient(address, channel.createInsecure());
  return new Promise<proto.Verdict>((resolve, reject) => {
    client.validate({ credential, freshness: '', strict: false }, { deadline: Date.now() + 10_000 } as never, (error, answer) => (error === null ? resolve(answer.verdict) : reject(error)));
  }).finally(() => client.close());
}
