import type { Log } from '@mintmark/log';
import type { View } from '@mintmark/view';

/** A log that differs in some of its methods. */
export function otherLog(log: Log, changed: Partial<Log>): Log {
  const { append, get, head, tail, compact, rewrite, close } = changed;
  return {
    append: append ?? ((record, expect, options) => log.append(record, expect, options)),
    get: get ?? ((key, options) => log.get(key, options)),
    head: head ?? ((options) => log.head(options)),
    tail: tail ?? ((options) => log.tail(options)),
    compact: compact ?? ((before, options) => log.compact(before, options)),
    rewrite: rewrite ?? ((records, options) => log.rewrite(records, options)),
    close: close ?? (() => log.close()),
  };
}

/** A view that differs in some of its methods. */
export function otherView(view: View, changed: Partial<View>): View {
  const base: View = {
    watermark: (options) => view.watermark(options),
    get: (kind, id, options) => view.get(kind, id, options),
    find: (kind, index, value, options) => view.find(kind, index, value, options),
    list: (kind, query, options) => view.list(kind, query, options),
    changes: (options) => view.changes(options),
    apply: (entries, range, options) => view.apply(entries, range, options),
    mark: (mark, options) => view.mark(mark, options),
    reset: (reset, options) => view.reset(reset, options),
    close: () => view.close(),
  };
  return { ...base, ...changed };
}

/** True at each nth call. */
export function everyNth(n: number): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    return count % n === 0;
  };
}
