import type { validator } from '@mintmark/contract';
import type { Principal } from '@mintmark/domain';

/** The principal as gRPC carries it. */
export function principalToWire(principal: Principal): validator.Principal {
  return { ...principal, policies: [...principal.policies], roleIds: [...principal.roleIds], roles: [...principal.roles], organizations: [...principal.organizations], audience: principal.audience ?? '', expiresAt: principal.expiresAt ?? '' };
}
