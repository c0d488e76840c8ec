import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Read, ViewReader } from '../view.ts';
import type { Behaviours } from './adapter.ts';
import { Pen } from './pen.ts';
import { digest, policy, token, uuid } from './samples.ts';

const STEPS = 60;

async function whileWriting<T>(write: () => Promise<void>, read: () => Promise<T>): Promise<readonly T[]> {
  let writing = true;
  const written = write().finally(() => {
    writing = false;
  });
  const seen: T[] = [];
  while (writing) seen.push(await read());
  await written;
  return seen;
}

function everyRead(reader: ViewReader): Promise<readonly Read<{ revision: number } | undefined>[]> {
  const first = reader.list('token', { order: 'created', limit: 1 }).then((read) => ({ ...read, value: read.value[0] }));
  return Promise.all([reader.get('token', uuid(1)), reader.find('token', 'secret', digest(1)), first]);
}

/** Aborts, and reads beside writes. */
export const calling = {
  'a call under an aborted signal throws its reason as it is': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const reason = new Error('enough');
    const options = { signal: AbortSignal.abort(reason) };
    const range = { epoch: pen.epoch, from: revision(0), to: revision(1) };
    const calls = [
      reader.watermark(options),
      reader.get('token', uuid(1), options),
      reader.find('token', 'secret', digest(1), options),
      reader.list('token', { order: 'id', limit: 1 }, options),
      view.apply([], range, options),
      view.mark({ epoch: pen.epoch }, options),
    ];
    for (const call of calls) await expect(call).rejects.toBe(reason);
    expect(await reader.watermark()).toMatchObject({ epoch: pen.epoch, revision: 0 });
  },

  'a value, its table index and its watermark are one snapshot': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)));
    const write = async (): Promise<void> => {
      for (let i = 0; i < STEPS; i++) await pen.write(token(uuid(1), digest(1), `name ${i}`));
    };
    for (const { value, tableIndex, watermark } of (await whileWriting(write, () => everyRead(reader))).flat()) {
      expect([value?.revision, tableIndex]).toEqual([watermark.revision, watermark.revision]);
    }
  },

  'a key that moves between two records is never found with neither or with the wrong one': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    await pen.write(token(uuid(1), digest(1)), token(uuid(2), digest(2)));
    const write = async (): Promise<void> => {
      for (let i = 0; i < STEPS; i++) {
        await pen.write(token(uuid(1), digest(i % 2 === 0 ? 2 : 1)), token(uuid(2), digest(i % 2 === 0 ? 1 : 2)));
      }
    };
    for (const { value, watermark } of await whileWriting(write, () => reader.find('token', 'secret', digest(1)))) {
      expect(value?.record.body.secret.digest).toBe(digest(1));
      const swapped = (watermark.revision / 2) % 2 === 0;
      expect(value?.record.id).toBe(swapped ? uuid(2) : uuid(1));
    }
  },

  'a watermark never goes back for one reader': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const write = async (): Promise<void> => {
      for (let i = 0; i < STEPS; i++) await pen.write(policy(`p${i}`));
    };
    const seen = (await whileWriting(write, () => reader.watermark())).map((watermark) => watermark.revision);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  },

  'many reads at once are all answered, each with its own': async ({ view, reader }) => {
    const pen = await Pen.ready(view);
    const all = Array.from({ length: 200 }, (_, i) => i);
    await pen.write(...all.map((i) => token(uuid(i), digest(i))));
    const found = await Promise.all(all.map((i) => (i % 2 === 0 ? reader.get('token', uuid(i)) : reader.find('token', 'secret', digest(i)))));
    expect(found.map(({ value }) => value?.record.id)).toEqual(all.map(uuid));
  },
} satisfies Behaviours;
