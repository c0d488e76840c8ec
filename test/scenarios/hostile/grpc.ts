import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { expect, test } from 'vitest';
import { expectJson } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';

type Answer = { readonly code: status; readonly details: string; readonly bytes: Buffer };

/** Bad input on the public gRPC surface (issue section 7, P14). */
export function grpcSuite(fixture: () => Fixture): void {
  test('gRPC: a field that the message does not have is passed over', async () => {
    const { us } = fixture();
    const request = validator.ValidateRequest.encode(validate(us.secret ?? '')).finish();
    const unknown = Buffer.from([0xba, 0x3e, 0x03, 0x61, 0x62, 0x63]);
    const answer = await callRaw(us.region.grpc, 'Validate', Buffer.concat([request, unknown]));
    expect(answer.code).toBe(status.OK);
    expect(validator.ValidateResponse.decode(answer.bytes).verdict).toBe(validator.Verdict.VERDICT_ALLOW);
  });

  test('gRPC: bytes that are no message are refused, and the next call is served', async () => {
    const { us } = fixture();
    for (const bytes of [Buffer.alloc(64, 0xff), Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f]), Buffer.from('{"credential":{}}'), Buffer.from([0x0a, 0x03, 0x0a, 0x09, 0x61])]) {
      for (const method of ['Validate', 'BatchValidate', 'GetToken', 'ListTokens']) {
        const { code, details } = await callRaw(us.region.grpc, method, bytes);
        expect({ method, refused: code !== status.OK, tells: /stack|node_modules|\.ts:/.test(details) }).toEqual({ method, refused: true, tells: false });
      }
    }
    expectJson(await us.self());
  });

  test('gRPC: garbage credentials are denied as malformed, unknown ones as unknown', async () => {
    const { us } = fixture();
    for (const [value, reason] of [['garbage', 'malformed'], ['', 'malformed'], ['x'.repeat(10_000), 'malformed'], [crypto.randomUUID(), 'unknown']] as const) {
      const answer = await callRaw(us.region.grpc, 'Validate', Buffer.from(validator.ValidateRequest.encode(validate(value)).finish()));
      const { verdict, reason: given } = validator.ValidateResponse.decode(answer.bytes);
      expect({ verdict, given }).toEqual({ verdict: validator.Verdict.VERDICT_DENY, given: reason });
    }
  });

  test('gRPC: a batch of 1,025, a bad freshness and a method that is not there are refused with their own codes', async () => {
    const { us } = fixture();
    const batch = validator.BatchValidateRequest.encode({ requests: Array.from({ length: 1_025 }, () => validate('x')) }).finish();
    const stale = validator.ValidateRequest.encode({ ...validate(us.secret ?? ''), freshness: 'nonsense' }).finish();
    expect(await callRaw(us.region.grpc, 'BatchValidate', Buffer.from(batch))).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringMatching(/1,?024/) });
    expect(await callRaw(us.region.grpc, 'Validate', Buffer.from(stale))).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringMatching(/freshness/i) });
    expect((await callRaw(us.region.grpc, 'Nothing', Buffer.alloc(0))).code).toBe(status.UNIMPLEMENTED);
  });

  test('gRPC: reads without a credential, or with garbage, are refused', async () => {
    const { us } = fixture();
    const list = Buffer.from(validator.ListTokensRequest.encode({ prefix: '', pageSize: 0, pageToken: '', minIndex: 0 }).finish());
    expect([status.PERMISSION_DENIED, status.UNAUTHENTICATED]).toContain((await callRaw(us.region.grpc, 'ListTokens', list)).code);
  });
}

function validate(value: string): validator.ValidateRequest {
  return { credential: { dialect: 'acl', value }, freshness: '', strict: false };
}

/** One unary call whose bytes go as they are. */
function callRaw(address: string, method: string, bytes: Buffer): Promise<Answer> {
  const client = new Client(address, credentials.createInsecure());
  const same = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    client.makeUnaryRequest(`/mintmark.v1.Validator/${method}`, same, same, bytes, { deadline: Date.now() + 5_000 }, (error: ServiceError | null, answer?: Buffer) => {
      client.close();
      resolve({ code: error?.code ?? status.OK, details: error?.details ?? '', bytes: answer ?? Buffer.alloc(0) });
    });
  });
}
