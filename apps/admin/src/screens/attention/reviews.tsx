import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { trpc } from '../../api.ts';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import { ReviewActions } from '../order/review-actions.tsx';
import { attentionPollMs } from './poll.ts';
import { Waiting } from './waiting.tsx';

/** Payments whose gateway took another amount than the order costs. */
export function Reviews() {
  const { attention: texts } = useTexts();
  const { money } = useFormat();
  const { data } = useQuery(
    trpc.payment.listAll.queryOptions({ status: 'REVIEW', limit: 50 }, { refetchInterval: attentionPollMs }),
  );
  return (
    <Waiting title={texts.reviews} advice={texts.reviewsAdvice} items={data?.items ?? []}>
      {(payment) => (
        <>
          <Link to="/orders/$orderId" params={{ orderId: payment.orderId }}>
            <code>{payment.orderNumber}</code>
          </Link>
          <span>{money(payment.amount, payment.currency)}</span>
          <strong>{money(payment.reportedAmount ?? 0, payment.reportedCurrency ?? payment.currency)}</strong>
          <ReviewActions payment={payment} />
        </>
      )}
    </Waiting>
  );
}
