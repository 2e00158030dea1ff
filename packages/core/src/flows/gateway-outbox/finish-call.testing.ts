export const timeout = new Error('nothing within 10000 ms');

/** Returns the facts of a gateway that approved a payment in KRW. */
export const approvalFacts = (type: 'AUTHORIZED' | 'CAPTURED', amount = 2000) => [{ type, amount, currency: 'KRW' }];
