import { connect, createCommerce, mockGateway } from '@commerce-core/core';

// A process that takes orders, as an API process does, until it is killed. It runs no jobs.
const [url = '', seed = '1', ...productIds] = process.argv.slice(2);
const concurrency = 48;

const database = connect({ url });
const commerce = createCommerce({ database, gateways: [mockGateway(['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'])] });

// A linear congruential generator: a writer with the same seed makes the same decisions.
let state = Number(seed);
const below = (max: number): number => {
  state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return Math.floor((state / 2 ** 32) * max);
};
const product = (): string => productIds[below(productIds.length)] ?? '';

async function write(): Promise<void> {
  // Many orders change few products, so that transactions wait for each other and get their ids in another order.
  if (below(10) === 0) await commerce.receiveStock({ productId: product(), quantity: 1 + below(5) });
  const { id: orderId } = await commerce.placeOrder({
    customerId: 'customer',
    lines: [{ productId: product(), quantity: 1 }],
  });
  if (below(3) === 0) await commerce.createPayment({ orderId, provider: 'mock' });
  if (below(8) === 0) await commerce.cancelOrder({ orderId });
}

// Tells the parent that it works, so that it is killed while it works and not while it starts.
let tell = (): void => {
  tell = () => {};
  process.send?.('ready');
};

async function writeOn(): Promise<never> {
  // A refusal is an answer like any other here, and so is a connection that another process's end has broken.
  for (;;) {
    await write().then(
      () => tell(),
      () => {},
    );
  }
}

await Promise.all(Array.from({ length: concurrency }, writeOn));
