import { commerceErrorOf, type RouterInputs } from '@commerce-core/client';
import { shop } from '../../shop.ts';

type Cart = Pick<RouterInputs['order']['create'], 'lines'> & { purchaseId: string };

/**
 * Places an order for the customer who is signed in. The page sends the same `purchaseId` with every try, so that a try
 * after a lost answer returns the same order. The shop checks the cart, and its refusal goes to the page as it is.
 */
export async function POST(request: Request): Promise<Response> {
  // The shop validates what it gets. Your session says who the customer is.
  const { lines, purchaseId } = (await request.json()) as Cart;
  const customerId = 'customer-of-the-session';
  try {
    const order = await shop().order.create.mutate(
      { customerId, lines },
      { context: { idempotencyKey: `${customerId}-${purchaseId}` } },
    );
    return Response.json({ orderId: order.id, status: order.status }, { status: 201 });
  } catch (error) {
    const refusal = commerceErrorOf(error);
    if (!refusal) return Response.json({ code: 'shop_unreachable' }, { status: 502 });
    const { code, details } = refusal;
    return Response.json({ code, details }, { status: code === 'insufficient_stock' ? 409 : 400 });
  }
}
