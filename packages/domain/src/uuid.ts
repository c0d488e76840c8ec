const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text has the 8-4-4-4-12 hex shape, in either case. Version and variant bits are not looked at. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Shapes 16 random bytes as Nomad does: 8-4-4-4-12 hex without RFC 4122 version or variant bits. */
export function uuidFrom(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
