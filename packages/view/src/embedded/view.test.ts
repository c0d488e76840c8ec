import { viewConformance } from '../conformance/index.ts';
import { openEmbeddedView } from './view.ts';

viewConformance({
  name: 'embedded',
  async open(options) {
    const view = openEmbeddedView(options);
    return { view, reader: view, [Symbol.asyncDispose]: () => view.close() };
  },
});
