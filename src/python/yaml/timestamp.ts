import type { ScalarKind } from "../tree.ts";

const TIMESTAMP =
  /^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})(?:(?:[Tt]|[ \t]+)(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]*))?(?:[ \t]*(?<zone>Z|(?<sign>[-+])(?<zoneHour>[0-9]{1,2})(?::(?<zoneMinute>[0-9]{2}))?))?)?$/;

/**
 * A date or a datetime, as Python's str() writes it, with its offset from UTC if it has one; undefined if the day, time
 * or offset does not exist.
 */
export function parseTimestamp(text: string): { kind: ScalarKind; value: string } | undefined {
  const groups = TIMESTAMP.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { year = "", month = "", day = "", hour, minute = "", second = "", fraction = "", zone } = groups;
  if (!isDay(Number(year), Number(month), Number(day))) return undefined;
  const date = `${year}-${pad(month)}-${pad(day)}`;
  if (hour === undefined) return { kind: "date", value: date };
  const offset = zone === undefined ? "" : offsetText(groups);
  if (offset === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const micros = fraction.slice(0, 6).padEnd(6, "0");
  const tail = Number(micros) === 0 ? "" : `.${micros}`;
  return { kind: "datetime", value: `${date} ${pad(hour)}:${minute}:${second}${tail}${offset}` };
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

/** Python accepts offsets of less than a day. */
function offsetText({ sign, zoneHour, zoneMinute = "0" }: Record<string, string | undefined>): string | undefined {
  const minutes = Number(zoneHour ?? 0) * 60 + Number(zoneMinute);
  if (minutes >= 24 * 60) return undefined;
  const written = minutes === 0 || sign === undefined ? "+" : sign;
  return `${written}${pad(String(Math.floor(minutes / 60)))}:${pad(String(minutes % 60))}`;
}

function pad(digits: string): string {
  return digits.padStart(2, "0");
}
