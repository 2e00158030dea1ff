import { dailySalesInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/** What was sold. For operators with the scope `money`. Amounts are in minor units of their currency. */
export const salesRouter = router({
  /**
   * Returns the sales of the days `from` to `to` (1 to 400 days like `2026-11-28`, both included), as a calendar in
   * `timeZone` has them (an IANA name like `Asia/Seoul`, defaults to `UTC`), of one `currency` or of each, on one page.
   *
   * An order counts in full on the day on which it was first paid: in `orders`, in `units`, and in `grossAmount` with
   * its total. `refundAmount` is what goes back on a day, whenever its order was paid: refunds and voids that
   * succeeded, and what a capture left out of an authorization. `netAmount` is the difference. Money that no order
   * could use is in neither, and so are disputes. The numbers are about a second old.
   */
  daily: procedure.input(dailySalesInput).query(({ ctx, input }) => ctx.commerce.dailySales(input)),
});
