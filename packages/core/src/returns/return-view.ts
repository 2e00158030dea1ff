import type { Return, ReturnLine } from './return.ts';

/**
 * A return as callers see it: with its lines, and the version of its order, which calls that change it may name as
 * `expectedVersion`.
 */
export type ReturnView = Return & { orderVersion: number; lines: Omit<ReturnLine, 'returnId' | 'orderId'>[] };

/** A return with its lines among those of its order. */
export function returnView(aReturn: Return, lines: readonly ReturnLine[], orderVersion: number): ReturnView {
  return {
    ...aReturn,
    orderVersion,
    lines: lines
      .filter(({ returnId }) => returnId === aReturn.id)
      .map(({ returnId: _, orderId: __, ...line }) => line)
      .toSorted((a, b) => a.lineNo - b.lineNo),
  };
}
