import { attentionHints, type AttentionReason } from '@commerce-core/core';
import type { Caller } from '../../auth/caller.ts';

/** The order; for operators, with what to do about each reason for attention. */
export function withHints<T extends { attentionReasons: AttentionReason[] | null }>(
  caller: Caller,
  order: T,
): T & { attentionHints?: string[] } {
  if (caller.kind !== 'operator' || order.attentionReasons === null) return order;
  return { ...order, attentionHints: order.attentionReasons.map((reason) => attentionHints[reason]) };
}
