import { commerceErrorOf, formatMoney } from '@commerce-core/client';

/** What a shopper reads about an error. A `switch` on the code knows the details of each. */
export function messageOf(error: unknown): string {
  const refusal = commerceErrorOf(error);
  if (!refusal) return 'The shop cannot be reached. Try again.';
  switch (refusal.code) {
    case 'insufficient_stock': {
      const [shortage] = refusal.details.products;
      return `Only ${shortage?.sellableQty ?? 0} left.`;
    }
    case 'total_changed':
      return `The total is ${formatMoney(refusal.details.totalAmount, refusal.details.currency, 'en-GB')} now.`;
    case 'shipping_option_required':
    case 'shipping_option_not_applicable':
      return 'Choose how to ship.';
    case 'quote_refused':
      return refusal.details.reason;
    case 'payment_refused':
      return 'The payment was refused. Try another way to pay.';
    case 'unauthenticated':
      return 'Sign in again.';
    case 'validation_failed':
      return refusal.details.issues.map(({ path, message }) => `${path} ${message}`).join('; ');
    default:
      return refusal.hint;
  }
}

export const Refusal = ({ error }: { error: unknown }) => <p role="alert">{messageOf(error)}</p>;
