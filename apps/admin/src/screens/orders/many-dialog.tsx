import { commerceErrorOf } from '@commerce-core/client';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { client, newIdempotencyKey, queryClient, trpc } from '../../api.ts';
import { ActionDialog } from '../../components/dialog.tsx';
import { CommandLine, Field } from '../../components/parts.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { bulkTexts } from '../../texts/bulk.ts';
import parts from '../../components/parts.module.css';
import type { ListedOrder } from './use-live-orders.ts';

export type ManyProps = { orders: readonly ListedOrder[]; onDone: () => void; onClose: () => void };
type Context = { context: { idempotencyKey: string } };
type Refused = { number: string; reason: string };

type ManyDialogProps = ManyProps & {
  title: string;
  submit: string;
  look?: 'primary' | 'danger';
  canSubmit?: boolean;
  /** Sends the mutation of one order. The key is the same whenever this dialog sends it. */
  run: (order: ListedOrder, context: Context) => Promise<unknown>;
  children: ReactNode;
};

/** A dialog that sends one mutation for each of several orders, and says which of them were refused. */
export function ManyDialog({ orders, onDone, onClose, title, submit, run, children, ...form }: ManyDialogProps) {
  const texts = useTextsOf(bulkTexts);
  // What was selected when the dialog opened: the list changes behind it.
  const [chosen] = useState(() => orders.map((order) => ({ order, idempotencyKey: newIdempotencyKey() })));
  const all = useMutation({
    mutationFn: async (): Promise<Refused[]> => {
      const refused: Refused[] = [];
      for (const { order, idempotencyKey } of chosen) {
        try {
          await run(order, { context: { idempotencyKey } });
        } catch (error) {
          const refusal = commerceErrorOf(error);
          // Without an answer the operator can send the same again.
          if (!refusal) throw error;
          const reason = refusal.code === 'order_changed' ? texts.changed : (error as Error).message;
          refused.push({ number: order.number, reason });
        }
      }
      return refused;
    },
    onSettled: async () => queryClient.invalidateQueries({ queryKey: trpc.order.list.queryKey() }),
    onSuccess: (refused) => {
      if (refused.length === 0) onDone();
    },
  });
  const close = all.isSuccess ? onDone : onClose;
  const refused = all.data ?? [];
  return (
    <ActionDialog {...form} title={title} submit={submit} sending={all} onSubmit={() => all.mutate()} onClose={close}>
      {children}
      {refused.length > 0 && (
        <div className={parts['notice']} role="status">
          <p>
            {texts.done(chosen.length - refused.length)} {texts.notDone}
          </p>
          <ul>
            {refused.map(({ number, reason }) => (
              <li key={number}>
                <code>{number}</code> {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </ActionDialog>
  );
}

/** Clears the reasons for attention of several orders. */
export function ClearManyDialog(props: ManyProps) {
  const { dialogs, actions } = useTexts();
  const texts = useTextsOf(bulkTexts);
  return (
    <ManyDialog
      {...props}
      title={texts.clearTitle(props.orders.length)}
      submit={actions.clearAttention}
      run={async ({ id: orderId }) => client.order.clearAttention.mutate({ orderId })}
    >
      <p>{dialogs.clearLead}</p>
      <CommandLine words={['orders', 'clear-attention', '<order>']} />
    </ManyDialog>
  );
}

/** Keeps the same note about several orders. */
export function NoteManyDialog(props: ManyProps) {
  const { actions } = useTexts();
  const texts = useTextsOf(bulkTexts);
  const [text, setText] = useState('');
  const note = text.trim();
  return (
    <ManyDialog
      {...props}
      title={texts.noteTitle(props.orders.length)}
      submit={actions.note}
      canSubmit={note !== ''}
      run={async ({ id: orderId }, context) => client.order.note.mutate({ orderId, text: note }, context)}
    >
      <Field label={actions.noteLabel}>
        <textarea
          className={parts['input']}
          rows={3}
          maxLength={2_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <CommandLine words={['orders', 'note', '<order>', note || '<text>']} />
    </ManyDialog>
  );
}
