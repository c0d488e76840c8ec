import type { Sabotage } from '../cluster.ts';
import { everyNth, otherView } from './wrap.ts';

/** Deletions are not folded. */
export const tombstonesIgnored: Sabotage = {
  view(view, role) {
    if (role !== 'replicator') return view;
    return otherView(view, { apply: (entries, range, options) => view.apply(entries.filter(({ record }) => !record.deleted), range, options) });
  },
};

/** Now and then a record is not folded. */
export const foldedWithAGap: Sabotage = {
  view(view, role) {
    if (role !== 'replicator') return view;
    const now = everyNth(25);
    return otherView(view, { apply: (entries, range, options) => view.apply(now() ? entries.slice(1) : entries, range, options) });
  },
};

/** A view is called ready as soon as it is empty. */
export const readyTooEarly: Sabotage = {
  view(view, role) {
    if (role !== 'replicator') return view;
    return otherView(view, {
      async reset(reset, options) {
        const watermark = await view.reset(reset, options);
        await view.mark({ epoch: watermark.epoch, ready: true }, options);
        return watermark;
      },
    });
  },
};

/** A batch of the feed is swallowed. */
export const feedSwallowsABatch: Sabotage = {
  view(view, role) {
    if (role !== 'validator') return view;
    const now = everyNth(4);
    return otherView(view, {
      async *changes(options) {
        for await (const batch of view.changes(options)) yield batch.changes.length > 0 && now() ? { ...batch, changes: [] } : batch;
      },
    });
  },
};

/** The authority's word counts even where the region has shown more. */
export const laggingAuthorityBelieved: Sabotage = {
  view(view, role) {
    if (role !== 'validator') return view;
    return otherView(view, {
      async find(kind, index, value, options) {
        const { watermark, ...read } = await view.find(kind, index, value, options);
        const { contact: _, ...rest } = watermark;
        return { ...read, watermark: rest };
      },
    });
  },
};

/** Nothing ever expires. */
export const expiryOverlooked: Sabotage = {
  view(view, role) {
    if (role !== 'validator') return view;
    return otherView(view, {
      async find(kind, index, value, options) {
        const read = await view.find(kind, index, value, options);
        if (read.value?.record.kind !== 'token') return read;
        const { record } = read.value;
        return { ...read, value: { ...read.value, record: { ...record, body: { ...record.body, expirationTime: null } } } } as typeof read;
      },
    });
  },
};
