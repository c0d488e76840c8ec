import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { registerOrganizations } from './organizations.ts';
import { registerUserSessions } from './user-sessions.ts';
import { registerUsers } from './users.ts';

/** Registers the routes about organizations and people. */
export function registerPeople(app: FastifyInstance, ctx: ValidatorContext): void {
  registerOrganizations(app, ctx);
  registerUsers(app, ctx);
  registerUserSessions(app, ctx);
}
