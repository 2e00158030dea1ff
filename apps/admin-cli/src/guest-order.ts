/** Whether an order was placed without an account: its customer is `guest:` and its own id. */
export const isGuestOrder = ({ id, customerId }: { id: string; customerId: string }): boolean =>
  customerId === `guest:${id}`;
