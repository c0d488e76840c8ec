import { randomFillSync } from 'node:crypto';

/** Asking the system costs far more than the bytes do, so they are taken in stock; each is handed out once and wiped. */
const stock = Buffer.alloc(4_096);
let left = 0;

/** Bytes from the system's cryptographically secure source. */
export function randomBytes(count: number): Uint8Array {
  if (count > stock.length) return randomFillSync(new Uint8Array(count));
  if (count > left) {
    randomFillSync(stock);
    left = stock.length;
  }
  const bytes = Uint8Array.prototype.slice.call(stock, left - count, left);
  stock.fill(0, left - count, left);
  left -= count;
  return bytes;
}
