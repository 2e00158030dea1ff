import { GatewayRefusal } from '@commerce-core/core';

/** Does a call as the shop does it: what isn't answered is asked again, with the same ids; a no is its code. */
export function patiently() {
  let unknowns = 0;
  async function untilAnswered<T>(call: () => Promise<T>): Promise<T | string> {
    for (let tries = 0; tries < 50; tries += 1) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof GatewayRefusal) return error.code;
        unknowns += 1;
      }
    }
    throw new Error('no answer in 50 tries');
  }
  return { untilAnswered, unknowns: () => unknowns };
}
