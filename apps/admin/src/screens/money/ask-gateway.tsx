import { useMutation } from '@tanstack/react-query';
import { trpc } from '../../api.ts';
import { Button, Failure } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';

/** Has the server ask the gateway about a payment. What it answers is applied within seconds. */
export function AskGateway({ paymentId }: { paymentId: string }) {
  const texts = useTextsOf(moneyTexts);
  const ask = useMutation(trpc.payment.poll.mutationOptions());
  return (
    <>
      <Button disabled={ask.isPending || ask.isSuccess} onClick={() => ask.mutate({ paymentId })}>
        {ask.isSuccess ? texts.asked : texts.ask}
      </Button>
      {ask.error && <Failure error={ask.error} />}
    </>
  );
}
