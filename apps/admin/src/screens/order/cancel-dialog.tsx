import { useMutation } from '@tanstack/react-query';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey, useOpenedVersion } from '../../components/dialog.tsx';
import { CommandLine } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import { readPartsAgain, type Order, type Payment } from './use-order.ts';

type CancelDialogProps = { order: Order; payments: readonly Payment[]; onClose: () => void };

/** Cancels an order. It says what goes back before. */
export function CancelDialog({ order, payments, onClose }: CancelDialogProps) {
  const { dialogs, actions } = useTexts();
  const { money } = useFormat();
  const cancel = useMutation(
    trpc.order.cancel.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readPartsAgain(order.id);
        onClose();
      },
    }),
  );
  const { version, isChanged } = useOpenedVersion(order.version, cancel);
  const paying = payments.find(({ status, surplus }) => !surplus && (status === 'CAPTURED' || status === 'AUTHORIZED'));
  const left = paying ? paying.capturedAmount - paying.refundedAmount - paying.refundReservedAmount : 0;
  const consequence =
    paying?.status === 'CAPTURED'
      ? dialogs.cancelPaid(money(left, paying.currency))
      : paying
        ? dialogs.cancelVoid(money(paying.authorizedAmount, paying.currency))
        : dialogs.cancelUnpaid;
  return (
    <ActionDialog
      title={dialogs.cancelTitle}
      submit={actions.cancel}
      look="danger"
      isChanged={isChanged}
      sending={cancel}
      onSubmit={() => cancel.mutate({ orderId: order.id, expectedVersion: version })}
      onClose={onClose}
    >
      <p>{consequence}</p>
      <CommandLine words={['orders', 'cancel', order.id]} />
    </ActionDialog>
  );
}
