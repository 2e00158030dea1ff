import { InvalidArgumentError } from 'commander';

const date = String.raw`\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const clock = String.raw`([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?`;
const zone = String.raw`(Z|[+-]([01]\d|2[0-3]):[0-5]\d)`;
const pattern = new RegExp(`^${date}(T${clock}${zone})?$`);

/**
 * Parses an ISO 8601 date, which begins at 00:00 UTC, or a time with its zone. Every command that takes a time uses
 * this parser, in an option that is written `<time>`.
 *
 * @throws InvalidArgumentError for anything else: a day that its month does not have, or a time without a zone, which
 *   would depend on the machine
 */
export function parseTime(text: string): Date {
  const day = text.slice(0, 10);
  // `new Date` takes 2026-02-31 for the third of March.
  if (!pattern.test(text) || new Date(`${day}T00:00Z`).toISOString().slice(0, 10) !== day) {
    throw new InvalidArgumentError(
      'It must be a date or a time with its zone, for instance 2026-11-01 or 2026-11-01T09:30Z.',
    );
  }
  return new Date(text);
}
