import { Button } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import parts from '../../components/parts.module.css';
import type { OpenDialog } from './open-dialog.ts';
import { canBeReceived, settleableOf } from './return-units.ts';
import type { OneReturn } from './returns-tabs.ts';

/** What can be done with a return now. */
export function ReturnActions({ aReturn, onOpen }: { aReturn: OneReturn; onOpen: (open: OpenDialog) => void }) {
  const { actions } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const { may } = useMe();
  const { status, lines } = aReturn;
  const isRequested = status === 'REQUESTED';
  const isOpen = status === 'APPROVED' || status === 'RECEIVED';
  const isSettleable = lines.some((line) => settleableOf(aReturn, line) > 0);
  const button = (dialog: Exclude<OpenDialog['dialog'], 'cancelReplacement'>, name: string, look?: 'primary') => (
    <Button look={look} onClick={() => onOpen({ dialog })}>
      {name}
    </Button>
  );
  return (
    <div className={parts['row']} role="group" aria-label={actions.label}>
      {may('orders') && isRequested && button('approve', texts.approve.action, 'primary')}
      {may('orders') && isRequested && button('decline', texts.decline.action)}
      {may('orders') && canBeReceived(aReturn) && button('receive', texts.receive.action, 'primary')}
      {may('money') && isSettleable && button('refund', actions.refund)}
      {may('orders') && isSettleable && status !== 'CLOSED' && button('replace', texts.replace.action)}
      {may('orders') && may('money') && isSettleable && button('exchange', texts.exchange.action)}
      {may('orders') && isOpen && button('close', texts.close.action)}
      {may('orders') && (isRequested || status === 'APPROVED') && button('cancel', texts.cancel.action)}
    </div>
  );
}
