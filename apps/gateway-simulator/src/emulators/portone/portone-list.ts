import { z } from 'zod';
import type { portonePayment } from './portone-payment.ts';

type Payment = ReturnType<typeof portonePayment>;

const dayMs = 24 * 3_600_000;
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const filter = z.strictObject({
  storeId: z.string().optional(),
  version: z.enum(['V1', 'V2']).optional(),
  status: z.array(z.string()).optional(),
  timestampType: z.enum(['CREATED_AT', 'STATUS_CHANGED_AT']).default('STATUS_CHANGED_AT'),
  from: time.optional(),
  until: time.optional(),
  sortBy: z.enum(['REQUESTED_AT', 'STATUS_CHANGED_AT']).default('REQUESTED_AT'),
  sortOrder: z.enum(['DESC', 'ASC']).default('DESC'),
});

/** The JSON in `requestBody` of `GET /payments`. A filter that is not emulated is rejected. */
export const portoneListInput = z.strictObject({
  page: z.strictObject({ number: z.int().min(0).default(0), size: z.int().min(1).max(1_000).default(10) }).prefault({}),
  filter: filter.prefault({}),
});

/** Returns the requested page of these payments. The period defaults to the last 90 days. */
export function portoneList(payments: Payment[], { page, filter }: z.output<typeof portoneListInput>) {
  const { version, status, timestampType, sortBy, sortOrder, until = Date.now() } = filter;
  const { from = until - 90 * dayMs } = filter;
  const filteredTime = (payment: Payment) =>
    Date.parse(timestampType === 'CREATED_AT' ? payment.requestedAt : payment.statusChangedAt);
  const sortedTime = (payment: Payment) => (sortBy === 'REQUESTED_AT' ? payment.requestedAt : payment.statusChangedAt);
  const found = payments
    .filter((payment) => version === undefined || payment.version === version)
    .filter((payment) => status?.includes(payment.status) ?? true)
    .filter((payment) => filteredTime(payment) >= from && filteredTime(payment) <= until)
    .toSorted((a, b) => sortedTime(a).localeCompare(sortedTime(b)));
  if (sortOrder === 'DESC') found.reverse();
  const start = page.number * page.size;
  return { items: found.slice(start, start + page.size), page: { ...page, totalCount: found.length } };
}
