import type { Page } from '@commerce-core/core';

/** All there is of an order's few payments or shipments, in the shape of every list. */
export const onePage = <T>(items: T[]): Page<T> => ({ items, nextCursor: null });
