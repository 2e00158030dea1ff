import { useState } from 'react';
import { Button } from '../../components/parts.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { bulkTexts } from '../../texts/bulk.ts';
import parts from '../../components/parts.module.css';
import { CancelManyDialog } from './cancel-many-dialog.tsx';
import { ClearManyDialog, NoteManyDialog } from './many-dialog.tsx';
import type { ListedOrder } from './use-live-orders.ts';

// Each order is a call of its own, which the browser waits for.
const selectedMax = 100;

/** What can be done with several orders at once. */
export function Selection({ orders, onDone }: { orders: readonly ListedOrder[]; onDone: () => void }) {
  const { orders: texts } = useTexts();
  const bulk = useTextsOf(bulkTexts);
  const [open, setOpen] = useState<'clear' | 'cancel' | 'note'>();
  const dialog = { orders, onDone, onClose: () => setOpen(undefined) };
  return (
    <>
      <span>{texts.selected(orders.length)}</span>
      {orders.length > selectedMax ? (
        <span className={parts['quiet']}>{bulk.tooMany(selectedMax)}</span>
      ) : (
        <span className={parts['row']} role="group" aria-label={bulk.group}>
          <Button onClick={() => setOpen('clear')}>{texts.clearAttentionOfSelected}</Button>
          <Button onClick={() => setOpen('cancel')}>{bulk.cancel}</Button>
          <Button onClick={() => setOpen('note')}>{bulk.note}</Button>
        </span>
      )}
      {open === 'clear' && <ClearManyDialog {...dialog} />}
      {open === 'cancel' && <CancelManyDialog {...dialog} />}
      {open === 'note' && <NoteManyDialog {...dialog} />}
    </>
  );
}
