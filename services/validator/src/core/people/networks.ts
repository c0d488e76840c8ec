import ipaddr from 'ipaddr.js';

/** Whether an address is in one of the networks (CIDR); in whatever network where none are named. What cannot be read is in none. */
export function isWithin(networks: readonly string[], address: string): boolean {
  if (networks.length === 0) return true;
  if (!ipaddr.isValid(address)) return false;
  const read = ipaddr.process(address);
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return base.kind() === read.kind() && read.match(base, bits);
  });
}
