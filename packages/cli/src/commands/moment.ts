/** A time as it was given, or now (RFC 3339). The clock is loaded only where it is asked. */
export async function timeOr(given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { systemWorld } = await import('@mintmark/kit/lifecycle');
  return new Date(systemWorld.clock.now()).toISOString();
}
