export { type EmbeddedViewOptions, openEmbeddedView } from './view.ts';
