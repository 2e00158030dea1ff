import { loadStripe, type StripeElements } from '@stripe/stripe-js';
import { useEffect, useRef, useState } from 'react';
import type { RouterOutputs } from '@commerce-core/client';

type Payment = RouterOutputs['payment']['create'];
type Next<P extends string> = Extract<Payment['next'], { provider: P }>;

/** What the shopper does next, by the provider of the payment. */
export function Pay({ payment }: { payment: Payment }) {
  const { next } = payment;
  // Nothing to pay, or nothing more to do.
  if (next === null) return null;
  switch (next.provider) {
    case 'mock':
      return <PayMock payment={payment} />;
    case 'stripe':
      return <PayStripe next={next} />;
    default:
      return <p role="alert">This page cannot continue a payment of {next.provider}.</p>;
  }
}

/** The simulator of `npm start`. Your own server passes the payment on, because the simulator is no page's to call. */
function PayMock({ payment: { id: paymentId, amount, currency } }: { payment: Payment }) {
  const pay = async () =>
    fetch('/pay', { method: 'POST', body: JSON.stringify({ paymentId, amount, currency, outcome: 'CAPTURED' }) });
  return (
    <button type="button" onClick={() => void pay()}>
      Pay at the mock gateway
    </button>
  );
}

/**
 * Stripe's own form. The shop hears of the payment by Stripe's webhook, so this page only waits for the order's status.
 */
function PayStripe({ next: { clientSecret, publishableKey } }: { next: Next<'stripe'> }) {
  const key = publishableKey ?? import.meta.env.VITE_STRIPE_PUBLISHABLE_KEY;
  const place = useRef<HTMLDivElement>(null);
  const [elements, setElements] = useState<StripeElements>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    void loadStripe(key).then((stripe) => {
      const created = stripe?.elements({ clientSecret });
      if (place.current) created?.create('payment').mount(place.current);
      setElements(created);
    });
  }, [clientSecret, key]);
  const confirm = async (given: StripeElements) => {
    const stripe = await loadStripe(key);
    const result = await stripe?.confirmPayment({ elements: given, redirect: 'if_required' });
    setFailure(result?.error?.message);
  };
  return (
    <>
      <div ref={place} />
      <button type="button" disabled={!elements} onClick={() => elements && void confirm(elements)}>
        Pay with Stripe
      </button>
      {failure !== undefined && <p role="alert">{failure}</p>}
    </>
  );
}
