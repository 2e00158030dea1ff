import { GatewayRefusal } from '@commerce-core/core';

/**
 * Calls a gateway as the shop does: a call without a definite result is repeated with the same ids, up to 50 times. A
 * refusal returns its code. `unknowns` counts the calls without a definite result.
 */
export function createRetryingCaller() {
  let unknowns = 0;
  async function retryUntilAnswered<T>(call: () => Promise<T>): Promise<T | string> {
    for (let tries = 0; tries < 50; tries += 1) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof GatewayRefusal) return error.code;
        unknowns += 1;
      }
    }
    throw new Error('no definite result in 50 tries');
  }
  return { retryUntilAnswered, unknowns: () => unknowns };
}
