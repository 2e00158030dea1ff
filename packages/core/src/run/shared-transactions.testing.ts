/** Returns the input of an order for one product. */
export const orderInput = (productId: string, quantity = 1, reference?: string) => ({
  customerId: 'customer-1',
  lines: [{ productId, quantity }],
  ...(reference ? { reference } : {}),
});
