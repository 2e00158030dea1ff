import { router } from '../trpc/trpc.ts';
import { apiKeyRouter } from './api-key.ts';
import { disputeRouter } from './dispute.ts';
import { gatewayCallRouter } from './gateway-call.ts';
import { gatewayEventRouter } from './gateway-event.ts';
import { orderRouter } from './order.ts';
import { paymentRouter } from './payment.ts';
import { productRouter } from './product.ts';
import { refundRouter } from './refund.ts';
import { shipmentRouter } from './shipment.ts';
import { stockRouter } from './stock.ts';
import { systemRouter } from './system.ts';

/** All that can be called; who may call what is in access.ts. */
export const appRouter = router({
  product: productRouter,
  stock: stockRouter,
  order: orderRouter,
  payment: paymentRouter,
  refund: refundRouter,
  dispute: disputeRouter,
  shipment: shipmentRouter,
  gatewayEvent: gatewayEventRouter,
  gatewayCall: gatewayCallRouter,
  apiKey: apiKeyRouter,
  system: systemRouter,
});

export type AppRouter = typeof appRouter;
