import type { Page } from '@commerce-core/core';

/** All items of a list that is always short (an order's payments or shipments), in the shape of every list. */
export const onePage = <T>(items: T[]): Page<T> => ({ items, nextCursor: null });
