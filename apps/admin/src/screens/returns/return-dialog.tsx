import { client } from '../../api.ts';
import { ConfirmDialog, type WithKey } from '../../components/confirm-dialog.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import { readPartsAgain } from '../order/use-order.ts';
import { ApproveDialog } from './approve-dialog.tsx';
import { DeclineDialog } from './decline-dialog.tsx';
import { ExchangeDialog } from './exchange-dialog.tsx';
import type { OpenDialog, ReturnDialogProps } from './open-dialog.ts';
import { ReceiveDialog } from './receive-dialog.tsx';
import { RefundReturnDialog } from './refund-return-dialog.tsx';
import { ReplaceDialog } from './replace-dialog.tsx';
import { useVersion } from './use-version.ts';

export function ReturnDialog({ open, ...props }: ReturnDialogProps & { open: OpenDialog }) {
  const { id: returnId } = props.aReturn;
  switch (open.dialog) {
    case 'approve':
      return <ApproveDialog {...props} />;
    case 'decline':
      return <DeclineDialog {...props} />;
    case 'receive':
      return <ReceiveDialog {...props} />;
    case 'refund':
      return <RefundReturnDialog {...props} />;
    case 'replace':
      return <ReplaceDialog {...props} />;
    case 'exchange':
      return <ExchangeDialog {...props} />;
    case 'close':
      return (
        <EndDialog
          {...props}
          end="close"
          words={['returns', 'close', returnId]}
          run={async (given, key) => client.return.close.mutate(given, key)}
        />
      );
    case 'cancel':
      return (
        <EndDialog
          {...props}
          end="cancel"
          words={['returns', 'cancel', returnId]}
          run={async (given, key) => client.return.cancel.mutate(given, key)}
        />
      );
    case 'cancelReplacement': {
      const { shipmentId } = open;
      return (
        <EndDialog
          {...props}
          end="cancelReplacement"
          words={['returns', 'cancel-replacement', returnId, shipmentId]}
          run={async (given, key) => client.return.cancelReplacement.mutate({ ...given, shipmentId }, key)}
        />
      );
    }
  }
}

type EndDialogProps = ReturnDialogProps & {
  end: 'close' | 'cancel' | 'cancelReplacement';
  words: readonly string[];
  run: (given: { returnId: string; expectedVersion: number }, key: WithKey) => Promise<unknown>;
};

/** Ends a return, or the replacement of its units. */
function EndDialog({ aReturn, order, onClose, end, words, run }: EndDialogProps) {
  const texts = useTextsOf(returnsTexts)[end];
  const { expectedVersion, isChanged } = useVersion(order);
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      look="danger"
      isChanged={isChanged}
      run={async (key) => run({ returnId: aReturn.id, expectedVersion }, key)}
      onDone={() => readPartsAgain(order.id)}
      onClose={onClose}
      words={words}
    >
      <p>{texts.lead}</p>
    </ConfirmDialog>
  );
}
