import type { z } from 'zod';
import { read } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import { updateReports } from '../flows/reporting/update-reports.ts';
import { dailySalesInput } from '../reporting/report-input.ts';
import { readDailySales, readOrderStats, type DailySales, type OrderStats } from '../reporting/report-repository.ts';
import { createSalesTotals } from '../reporting/sales-totals.ts';
import { readCounts, type ShopTotals } from '../reporting/totals-repository.ts';
import type { Context } from '../run/context.ts';
import { parse } from '../validation.ts';

/** Numbers of the whole shop. A job derives them from the event log, about a second behind it. */
export function reportMethods({ database }: Context) {
  const readSales = createSalesTotals(database);
  return {
    /**
     * Counts orders by status and fulfillment status, and those that need an operator.
     * @returns the numbers, and how many events they don't contain yet (`lagEvents`)
     * @throws database_unavailable when the database can't be reached
     */
    orderStats: async (): Promise<OrderStats> => read(async () => readOrderStats(database)),

    /**
     * Counts orders by status and by their reason for attention, adds up all sales by currency, and counts refunds that
     * have not succeeded. For monitoring: it costs the same with a thousand orders and with ten million.
     * @returns the totals; amounts are minor units
     * @throws database_unavailable when the database can't be reached
     */
    shopTotals: async (): Promise<ShopTotals> =>
      read(async () => ({ ...(await readCounts(database)), sales: await readSales() })),

    /**
     * Reads the sales of 1 to 400 days, `from` and `to` included, as a calendar in `timeZone` has them (UTC by
     * default), in one currency or in each. An order counts in full on the day when it is first paid. `refundAmount` is
     * what goes back on a day: refunds and voids that succeeded, and what a capture leaves out of an authorization.
     * Money that no order could use is in neither, and so are disputes.
     * @returns each day and currency, days without sales included; amounts are minor units
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    async dailySales(input: z.input<typeof dailySalesInput>): Promise<Page<DailySales>> {
      const request = parse(dailySalesInput, input);
      return { items: await read(async () => readDailySales(database, request)), nextCursor: null };
    },

    /**
     * Brings the reports and the search for orders up to the next events, up to `limit` (5,000 by default). The
     * background job does this; any number of processes may.
     * @returns how many events were added; 0 without new ones, or while another process adds them
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    updateReports: async (limit = 5_000): Promise<number> => updateReports(database, limit),
  };
}
