export { type AtHand, type DirectAnswer, writeDirectly } from './at-hand.ts';
export { CallEnded } from '../lifecycle/ended.ts';
export { type OpsOptions, type Readiness, registerOps } from './ops.ts';
export { failureOf, type Problem, PROBLEM_TYPE, problem, RequestRefused } from './problem.ts';
export { bodyOf } from './routes.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions, isStopping, PLAIN_ALLOWED } from './server.ts';
export { type RequestSignal, requestSignal } from './signal.ts';
