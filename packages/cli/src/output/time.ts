/** A time of the API (RFC 3339, UTC) as Go prints it: `2026-01-05 10:00:00.123 +0000 UTC`. */
export function goTime(text: string): string {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)Z$/.exec(text) ?? [];
  return date === undefined ? text : `${date} ${time} +0000 UTC`;
}
