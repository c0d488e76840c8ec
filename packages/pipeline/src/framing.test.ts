import { expect, test } from 'vitest';
import { pipedTo, raw, serveApi } from './api.fixture.ts';

const POST = 'POST /v1/jobs HTTP/1.1\r\nhost: x\r\n';
const GET = 'GET /v1/services HTTP/1.1\r\nhost: x\r\n';
const HIDDEN = '0\r\n\r\nGET /hidden HTTP/1.1\r\nhost: x\r\n\r\n';

test.each([
  ['two lengths', 400, `${POST}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`],
  ['one length that is a list', 400, `${POST}content-length: 5, 5\r\n\r\nhello`],
  ['a length and a coding', 400, `${POST}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n${HIDDEN}`],
  ['two codings', 501, `${POST}transfer-encoding: gzip, chunked\r\n\r\n${HIDDEN}`],
  ['chunked twice', 400, `${POST}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n${HIDDEN}`],
  ['chunked that is not last', 400, `${POST}transfer-encoding: chunked, identity\r\n\r\n${HIDDEN}`],
  ['a coding behind a space', 400, `${POST}transfer-encoding : chunked\r\n\r\n${HIDDEN}`],
  ['a header that is folded', 400, `${GET}x: a\r\n transfer-encoding: chunked\r\n\r\n`],
  ['a line that ends without a return', 400, 'GET / HTTP/1.1\nhost: x\n\n'],
  ['no host', 400, 'GET / HTTP/1.1\r\n\r\n'],
  ['a tunnel', 403, 'CONNECT 127.0.0.1:1 HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['another origin', 403, 'GET http://127.0.0.1:1/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
  ['another origin behind a user', 403, 'GET http://api@127.0.0.1:1/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
  ['no path at all', 403, 'OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
  ['a WebSocket', 501, `${GET}connection: upgrade\r\nupgrade: websocket\r\n\r\n`],
])('%s is answered with %i, and the API sees nothing', async (_, status, bytes) => {
  const seen: string[] = [];
  await using api = await serveApi(({ url }, response) => {
    seen.push(String(url));
    response.end();
  });
  await using pipeline = await pipedTo(`http://127.0.0.1:${api.port}`);
  const answer = await raw(pipeline.port, bytes);
  expect([answer.split('\r\n')[0]?.split(' ')[1], seen]).toEqual([String(status), []]);
});

test('refusals have the body of all errors', async () => {
  await using pipeline = await pipedTo('http://127.0.0.1:1');
  const [, body = ''] = (await raw(pipeline.port, 'nonsense\r\n\r\n')).split('\r\n\r\n');
  expect(JSON.parse(body)).toMatchObject({ code: 400, client_side: true, request_invalid: true, retry: false });
});

test('an offer of HTTP/2 is passed over, and nothing of it goes on', async () => {
  const seen: object[] = [];
  await using api = await serveApi(({ headers }, response) => {
    seen.push(headers);
    response.end('here');
  });
  await using pipeline = await pipedTo(`http://127.0.0.1:${api.port}`);
  const answer = await raw(pipeline.port, `${GET}connection: close, upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n`);
  expect([answer.startsWith('HTTP/1.1 200'), Object.keys(seen[0] ?? {}).filter((name) => /upgrade|http2/.test(name))]).toEqual([true, []]);
});
