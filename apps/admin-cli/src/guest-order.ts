const guestId = /^guest:[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;

/**
 * Whether an order's customer has no account: their id is `guest:` and the id of the order that they placed, which may
 * be another one after an exchange.
 */
export const isGuestOrder = ({ customerId }: { customerId: string }): boolean => guestId.test(customerId);
