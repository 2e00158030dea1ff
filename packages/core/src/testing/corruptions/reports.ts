import type { Corruption } from './corruption.ts';

/** One way to break each invariant of the reports, by the name of its check. */
export const reportCorruptions: Record<string, Corruption> = {
  sales_add_up: { statements: ['update commerce.sales_quarters set refund_amount = refund_amount + 1'] },
  order_counts_add_up: { statements: ['update commerce.order_counts set orders = orders + 1'] },
  order_is_searchable: { statements: ['update commerce.order_search set total_amount = total_amount + 1'] },
};
