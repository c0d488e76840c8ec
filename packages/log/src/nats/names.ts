import { keyText, type RecordKey } from '@mintmark/domain';
import { LogError } from '../log.ts';

/** A subject has to fit into a line of NATS's protocol, 4,096 bytes with what else stands on it. */
const MAX_KEY_BYTES = 2_000;

/** Where a region's log lies in JetStream: the layout of a NATS key-value bucket, so that its tools can read it. */
export interface LogNames {
  readonly bucket: string;
  readonly stream: string;
  /** First message of the stream: incarnation and base. */
  readonly about: string;
  /** Subjects of one incarnation; `*` stands for any. Whoever takes another for the present one writes where nobody listens. */
  of(incarnation: string): IncarnationNames;
}

/** No record's key has two levels, as `mark` and `doubt` have. `mark` lies below `g.`: whoever may read global records may read it. */
export interface IncarnationNames {
  /** How far tombstones are purged. */
  readonly mark: string;
  /** That somebody has seen more than the log has. Below `l.`: whoever may write any record may say it. */
  readonly doubt: string;
  /** Subject of a record. Throws `too_large` where the key has no room in one. */
  subject(key: RecordKey): string;
  /** Subjects of everything, or of one scope. */
  filter(scope: 'all' | 'global' | 'local'): string;
  /** The key's text in a subject of the incarnation. */
  keyOf(subject: string): string;
}

export function namesOf(region: string): LogNames {
  const bucket = `mintmark-${region}`;
  const root = `$KV.${bucket}.`;
  const known = new Map<string, IncarnationNames>();
  return {
    bucket,
    stream: `KV_${bucket}`,
    about: `${root}about`,
    of(incarnation) {
      let names = known.get(incarnation);
      if (names === undefined) {
        names = below(`${root}${incarnation}.`);
        known.set(incarnation, names);
      }
      return names;
    },
  };
}

function below(prefix: string): IncarnationNames {
  const filters = { all: `${prefix}>`, global: `${prefix}g.>`, local: `${prefix}l.>` };
  return {
    mark: `${prefix}g.mark`,
    doubt: `${prefix}l.doubt`,
    subject(key) {
      const text = keyText(key);
      if (text.length > MAX_KEY_BYTES) throw new LogError('too_large', `the key has ${text.length} bytes; at most ${MAX_KEY_BYTES} have room in a subject`);
      return prefix + text;
    },
    filter: (scope) => filters[scope],
    keyOf: (subject) => subject.slice(prefix.length),
  };
}
