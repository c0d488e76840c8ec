export { expositionOf } from './exposition.ts';
export { createLogger, type LogFields, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { type Counter, createMetrics, type Gauge, type Histogram, type Labels, type Metrics, type MetricsOptions } from './metrics.ts';
