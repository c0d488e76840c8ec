import { failed } from './failed.ts';

/** What runs services is written for this Node.js and newer; the commands that call them run on older ones too. */
const SERVICES_NEED = 24;

/** Whether services run on this Node.js; says so where they do not. */
export function servicesRun(command: string): boolean {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= SERVICES_NEED) return true;
  failed(`\`mintmark ${command}\` needs Node.js ${SERVICES_NEED} or newer, and this is ${node}; the commands that call a region run here`);
  return false;
}
