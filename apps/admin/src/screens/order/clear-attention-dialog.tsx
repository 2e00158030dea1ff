import { useMutation } from '@tanstack/react-query';
import { trpc } from '../../api.ts';
import { ActionDialog } from '../../components/dialog.tsx';
import { CommandLine } from '../../components/parts.tsx';
import { useTexts } from '../../texts/language.tsx';
import { readPartsAgain } from './use-order.ts';

/** Clears the reasons for attention of an order: an operator has handled them. */
export function ClearAttentionDialog({ orderId, onClose }: { orderId: string; onClose: () => void }) {
  const { dialogs, actions } = useTexts();
  const clear = useMutation(
    trpc.order.clearAttention.mutationOptions({
      onSuccess() {
        readPartsAgain(orderId);
        onClose();
      },
    }),
  );
  return (
    <ActionDialog
      title={dialogs.clearTitle}
      submit={actions.clearAttention}
      sending={clear}
      onSubmit={() => clear.mutate({ orderId })}
      onClose={onClose}
    >
      <p>{dialogs.clearLead}</p>
      <CommandLine words={['orders', 'clear-attention', orderId]} />
    </ActionDialog>
  );
}
