import { useMutation } from '@tanstack/react-query';
import { trpc } from '../../api.ts';
import { useDialogKey } from '../../components/dialog.tsx';
import { Button, Failure } from '../../components/parts.tsx';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import { readPartsAgain } from './use-order.ts';

/** Decides on a payment in REVIEW: the order is paid with the reported amount, or the money goes back. */
export function ReviewActions({ payment }: { payment: { id: string; orderId: string } }) {
  const { actions } = useTexts();
  const decide = useMutation(
    trpc.payment.decideReview.mutationOptions({
      ...useDialogKey(),
      onSuccess: () => readPartsAgain(payment.orderId),
    }),
  );
  const isDone = decide.isPending || decide.isSuccess;
  return (
    <span className={parts['row']}>
      <Button disabled={isDone} onClick={() => decide.mutate({ paymentId: payment.id, decision: 'ACCEPT' })}>
        {actions.accept}
      </Button>
      <Button disabled={isDone} onClick={() => decide.mutate({ paymentId: payment.id, decision: 'REJECT' })}>
        {actions.reject}
      </Button>
      {decide.error && <Failure error={decide.error} />}
    </span>
  );
}
