/** A product of which an order requests more units than can be sold. */
export type Shortage = { productId: string; requestedQty: number; sellableQty: number };

/** The details of each code that has some. */
export interface ErrorDetails {
  validation_failed: { issues: { path: string; message: string }[] };
  /**
   * `line` counts from 1, with the header; null where it isn't known. `sku`: of the row there, where one is readable.
   * `imported`: what was done with the rows before.
   */
  malformed_file: {
    line: number | null;
    sku: string | null;
    imported: { rows: number; created: number; updated: number; unchanged: number; failed: number };
  };
  currency_mismatch: { currencies: string[] };
  /** `lastCommonPosition`: the last position that the log still has in common with the caller's. */
  position_not_found: { lastCommonPosition: string };
  product_not_found: { productIds: string[] };
  insufficient_stock: { products: Shortage[] };
  /** `country` also stands for an order without an address. */
  shipping_option_not_applicable: { reason: 'currency' | 'country' | 'too_many_units' };
  /** What the order costs now, in minor units. */
  total_changed: { totalAmount: number; currency: string };
  /** The order's version now. */
  order_changed: { version: number };
  order_not_changeable: { status: string; fulfillmentStatus: string };
  order_not_over: { status: string; fulfillmentStatus: string };
  /** When the contact and address were erased. */
  order_redacted: { redactedAt: string };
  /** As the quote service said it, for the shopper. */
  quote_refused: { reason: string };
  invalid_transition: {
    subject:
      | 'order'
      | 'payment'
      | 'refund'
      | 'return'
      | 'shipment'
      | 'parcel'
      | 'gateway_event'
      | 'tracking_message'
      | 'webhook_endpoint';
    from: string;
    to: string;
  };
  carrier_not_tracked: { carrier: string };
  /** `failureCode`: the gateway's own code. */
  payment_refused: { failureCode: string };
  /**
   * The provider takes multiples of `step` from `min` to `max`, in minor units; refunds need only be multiples of
   * `step`. The three are null when the provider doesn't take the currency.
   */
  amount_not_supported: {
    provider: string;
    currency: string;
    amount: number;
    step: number | null;
    min: number | null;
    max: number | null;
  };
  capture_exceeds_authorized: { authorizedAmount: number; currency: string };
  /**
   * `refundableAmount`: what can still be refunded, in minor units. `uncapturedPaymentId`: the payment that has to be
   * captured before it can be refunded; null in every other case.
   */
  refund_exceeds_balance: { refundableAmount: number; currency: string; uncapturedPaymentId: string | null };
  units_not_refundable: { lineNo: number; refundableQty: number };
  units_not_restockable: { lineNo: number; restockableQty: number };
  /** `cancelableQty`: the units of the line that have not shipped. */
  units_not_cancelable: { lineNo: number; cancelableQty: number };
  order_not_paid: { status: string };
  /** `returnableQty`: units of the line that have left and are in no other return. */
  units_not_returnable: { lineNo: number; returnableQty: number };
  /** `returnQty`: units of the line that the return has for this. */
  units_not_in_return: { lineNo: number; returnQty: number };
  return_too_late: { lineNo: number; returnDays: number };
  /** Both in minor units. `unitsAmount`: what goes back without fees. */
  fees_exceed_refund: { unitsAmount: number; feesAmount: number };
  dispute_open: { gatewayDisputeId: string };
  /** The live parcel that has the number, and its order. */
  tracking_number_in_use: {
    carrier: string;
    trackingNumber: string;
    orderId: string;
    shipmentId: string;
    parcelId: string;
  };
  shipment_not_ready: { shipmentId: string; status: string };
  /** `shipmentQty`: the units of the line that the shipment has. */
  units_not_in_shipment: { lineNo: number; shipmentQty: number };
  /** In how many seconds the same call may be accepted; the header Retry-After has it, too. */
  /** In how many seconds the same call may be accepted; the header Retry-After has it, too. */
  rate_limited: { retryAfterS: number };
  too_many_unpaid_orders: { retryAfterS: number };
  stock_changed: { shelfQty: number };
  /** `reservedQty`: units that unpaid orders reserve. `unshippedQty`: units of paid orders that haven't left. */
  stock_below_orders: { reservedQty: number; unshippedQty: number };
}
