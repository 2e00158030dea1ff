import { useMutation } from '@tanstack/react-query';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey } from '../../components/dialog.tsx';
import { CommandLine } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import { readPartsAgain, type Payment } from './use-order.ts';

/** Captures what is authorized and still needed of a payment. */
export function CaptureDialog({ payment, onClose }: { payment: Payment; onClose: () => void }) {
  const { dialogs, actions } = useTexts();
  const { money } = useFormat();
  const capture = useMutation(
    trpc.payment.capture.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readPartsAgain(payment.orderId);
        onClose();
      },
    }),
  );
  return (
    <ActionDialog
      title={dialogs.captureTitle}
      submit={actions.capture}
      isChanged={payment.status !== 'AUTHORIZED' && !capture.isPending && !capture.isSuccess}
      sending={capture}
      onSubmit={() => capture.mutate({ paymentId: payment.id })}
      onClose={onClose}
    >
      <p>{dialogs.captureLead(money(payment.authorizedAmount - payment.releasedAmount, payment.currency))}</p>
      <CommandLine words={['payments', 'capture', payment.id]} />
    </ActionDialog>
  );
}
