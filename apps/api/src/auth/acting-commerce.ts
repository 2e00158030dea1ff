import { actingAs, customerActor, type Commerce } from '@commerce-core/core';
import type { Caller } from './caller.ts';

/** Returns a function that returns the commerce's methods for a caller: what they record says who made the change. */
export function actingCommerce(commerce: Commerce): (caller: Caller) => Commerce {
  const forShoppers = actingAs(commerce, customerActor);
  return (caller) =>
    caller.kind === 'operator'
      ? actingAs(commerce, { kind: 'operator', id: caller.apiKeyId, name: caller.name })
      : forShoppers;
}
