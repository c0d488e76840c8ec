import { KEPT_POLICY_VERSIONS, type LiveEntry, type PolicyBody, policyVersionPrefix, type PolicyVersionBody, Refusal } from '@mintmark/domain';
import { administratorOf, type Caller } from '../caller.ts';
import type { Exchange } from '../exchange.ts';
import { enterRead } from '../read-gate.ts';
import { within } from '../reading.ts';
import { pathPart } from '../request/path.ts';
import { type Answer, jsonText, type Meta } from '../response/answer.ts';
import { versionJson, versionStub } from '../response/grant-json.ts';
import type { AclServices } from '../services.ts';
import { singleRead } from '../single-read.ts';
import { heldPolicy } from './read-policy.ts';
import { aclApi, READ_QUERY } from '../api.ts';

type Text = PolicyBody | PolicyVersionBody;

/** The texts of a policy, the newest first. */
interface History {
  readonly name: string;
  readonly texts: readonly Text[];
  readonly meta: Meta;
}

export const LIST_VERSIONS_API = aclApi('Kept texts of a policy', { query: READ_QUERY, gives: 'object[]' });

/** `GET /v1/acl/policy/:name/versions`: who wrote which text when, also of a policy that was deleted. For management. */
export async function listVersions(services: AclServices, exchange: Exchange): Promise<Answer> {
  const read = await historyOf(services, exchange);
  if ('kind' in read) return read;
  const { texts, meta } = read;
  if (texts.length === 0) return { kind: 'missing', message: 'ACL policy not found', meta };
  return { kind: 'json', text: jsonText(texts.map(versionStub), exchange.pretty), meta };
}

export const READ_VERSION_API = aclApi('Read a kept text of a policy', { query: READ_QUERY });

/** `GET /v1/acl/policy/:name/versions/:version`: one of the texts. */
export async function readVersion(services: AclServices, exchange: Exchange): Promise<Answer> {
  const number = pathPart(exchange, 'version');
  if (!/^[1-9]\d{0,9}$/.test(number)) throw new Refusal('invalid_argument', 'version must be a whole number, 1 or greater');
  const read = await historyOf(services, exchange);
  if ('kind' in read) return read;
  const text = read.texts.find(({ version }) => version === Number(number));
  if (text === undefined) return { kind: 'missing', message: 'ACL policy version not found', meta: read.meta };
  return { kind: 'json', text: jsonText(versionJson(read.name, text), exchange.pretty), meta: read.meta };
}

async function historyOf(services: AclServices, exchange: Exchange): Promise<History | Answer> {
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const name = pathPart(exchange, 'name');
  const authorize = () => administratorOf(services.authenticator, exchange);
  await authorize();
  const { entry, meta } = await singleRead<'policy', Caller>(services, exchange, {
    query: entered.query,
    topics: [{ kind: 'policy', id: name }],
    key: `policy ${name}`,
    authorize,
    look: () => heldPolicy(services, name, exchange),
  });
  const past = await pastTexts(services, exchange, name);
  return { name, texts: merged(entry, past), meta };
}

async function pastTexts(services: AclServices, exchange: Exchange, name: string): Promise<readonly PolicyVersionBody[]> {
  const query = { order: 'id', prefix: policyVersionPrefix(name), limit: 2 * KEPT_POLICY_VERSIONS } as const;
  const { value } = await within(services, exchange.signal, (signal) => services.view.list('policy_version', query, { signal }));
  return value.map(({ record }) => record.body).filter(({ applies }) => applies === 'holders');
}

/** Each number once: a decision that was cut short leaves the present text among the past ones too. */
function merged(present: LiveEntry<'policy'> | undefined, past: readonly PolicyVersionBody[]): readonly Text[] {
  const texts = new Map<number, Text>(past.map((text) => [text.version, text]));
  if (present !== undefined) texts.set(present.record.body.version, present.record.body);
  return [...texts.values()].sort((a, b) => b.version - a.version).slice(0, KEPT_POLICY_VERSIONS);
}
