import { commerceErrorOf, decimalsOf } from '@commerce-core/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { queryClient, trpc } from '../../api.ts';
import { ActionDialog, useDialogKey } from '../../components/dialog.tsx';
import { CommandLine, Failure } from '../../components/parts.tsx';
import { amountText, useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';
import styles from '../../components/dialog.module.css';
import type { Refund } from './refund.ts';

/**
 * Requests the amount of a failed refund again, from the same payment. The server says before whether it can go back.
 */
export function RefundAgainDialog({ refund, onClose }: { refund: Refund; onClose: () => void }) {
  const { dialogs } = useTexts();
  const texts = useTextsOf(moneyTexts);
  const { money } = useFormat();
  const { orderId, paymentId, amount, currency } = refund;
  const input = { orderId, paymentId, amount };
  const units = amountText(amount, decimalsOf(currency));
  // Read once: what changes after it makes the server refuse the version.
  const preview = useQuery(
    trpc.refund.preview.queryOptions(input, { staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false }),
  );
  const again = useMutation(
    trpc.refund.create.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        void queryClient.invalidateQueries({ queryKey: trpc.refund.list.queryKey() });
        onClose();
      },
    }),
  );
  const total = preview.isSuccess ? money(preview.data.amount, preview.data.currency) : '';
  return (
    <ActionDialog
      title={texts.againTitle(refund.orderNumber)}
      submit={preview.isSuccess ? dialogs.refundSubmit(total) : dialogs.refundTitle}
      look="danger"
      canSubmit={preview.isSuccess}
      isChanged={commerceErrorOf(again.error)?.code === 'order_changed'}
      sending={again}
      onSubmit={() => preview.data && again.mutate({ ...input, expectedVersion: preview.data.orderVersion })}
      onClose={onClose}
    >
      <p>{texts.againLead}</p>
      {refund.returnId !== null && <p>{texts.againOfReturn}</p>}
      <div className={styles['total']} aria-live="polite">
        <span>{dialogs.preview}</span>
        {preview.isSuccess ? <strong data-testid="preview">{total}</strong> : <span>–</span>}
      </div>
      {preview.error && <Failure error={preview.error} />}
      <CommandLine words={['refunds', 'create', orderId, '--payment', paymentId, '--amount', units]} />
    </ActionDialog>
  );
}
