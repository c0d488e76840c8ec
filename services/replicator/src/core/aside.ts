import { encodeRecord } from '@mintmark/contract';
import { type Decided, type Entry, formatTime, instantOf, isOlder, keyText, liveOf, type LiveRecord, type MintRecord, NO_REVISION, parseFreshness, restrictedBy, type SetAsideBody } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import type { AppendOptions, Log } from '@mintmark/log';

export interface AsideDeps {
  readonly log: Log;
  readonly world: World;
  /** Signs what is set aside, and the end of what the authority does not have any more: a replicator's key signs nothing else. */
  readonly signer: RecordSigner;
  readonly verifier: RecordVerifier;
  /** Hears of each state that is set aside. */
  readonly onSetAside: (aside: { readonly key: string; readonly decided: Decided; readonly held: boolean }) => void;
}

/**
 * Sets a state aside that the present authority never had, before anything is written in its place: afterwards it is listed, whatever becomes of the record. `there` is
 * what the authority has, `undefined` where it has nothing. Returns whether the state holds in this region all the same: it takes something away, and the
 * authority has not taken that over yet, or not in what it said here (P2). Where it does not, and what is there is older, that may follow it (P10).
 */
export async function setAside(deps: AsideDeps, local: Entry, decided: Decided, there: Entry | undefined, options: AppendOptions): Promise<boolean> {
  const id = `${keyText(local.record)}@${decided.epoch}.${decided.region}.${decided.revision}`;
  const takesAway = restrictedBy(local.record as MintRecord, there?.record as MintRecord | undefined) !== undefined;
  const before = await deps.log.get({ scope: 'local', kind: 'set_aside', id }, options);
  const present = before !== undefined && (await deps.verifier.judge(before.record as MintRecord)) === undefined ? (before.record as MintRecord) : undefined;
  const known = present === undefined ? undefined : liveOf(before, 'set_aside')?.record.body;
  const instead = takesAway || there === undefined || !isOlder(there.record, local.record) ? '' : (there.record.signature?.value ?? '');
  if (known === undefined || (instead !== '' && instead !== known.instead)) {
    const { epoch, region, incarnation, revision } = decided;
    const now = deps.world.clock.now();
    const at = formatTime(instantOf(now));
    const fresh: SetAsideBody = { record: encodeRecord(local.record as MintRecord), origin: { region, incarnation, revision }, epoch, at, held: takesAway, carried: '', instead };
    const body = known === undefined ? fresh : { ...known, instead };
    const createIndex = known === undefined ? NO_REVISION : (before?.record.createIndex ?? NO_REVISION);
    const record: LiveRecord<'set_aside'> = { kind: 'set_aside', id, scope: 'local', deleted: false, createIndex, body, writeId: newWriteId(deps.world) };
    await deps.log.append(deps.signer.sign(record, present, now), { key: before?.revision ?? NO_REVISION }, options);
    if (known === undefined) deps.onSetAside({ key: keyText(local.record), decided, held: takesAway });
  }
  if (!takesAway) return false;
  const carried = parseFreshness(known?.carried ?? '');
  return carried === undefined || there === undefined || there.revision <= carried.index;
}

/** 22 base64url characters of 128 random bits. */
export function newWriteId(world: World): string {
  return Buffer.from(world.random.bytes(16)).toString('base64url');
}
